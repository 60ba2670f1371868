"""A headless Chromium that tests drive over two pipes, in its own protocol and without any driver."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
SETTINGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--no-first-run",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)
PATIENCE_SECONDS = 60.0
START = """
import fcntl, os, sys
ends = [fcntl.fcntl(int(end), fcntl.F_DUPFD, 10) for end in sys.argv[1:3]]
os.dup2(ends[0], 3)
os.dup2(ends[1], 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""The browser reads commands from file 3 and writes to file 4, so these are set before it starts."""


def find_browser() -> str | None:
    """Return the path of a Chromium; None where there is none, or where it cannot be driven over pipes."""
    if sys.platform == "win32":
        return None
    named = os.environ.get("MARKETSIM_TEST_BROWSER")
    return named or next((found for found in map(shutil.which, NAMES) if found), None)


class Browser:
    """One page in a headless browser."""

    def __init__(self, program: str, folder: Path) -> None:
        """Start the browser with a profile of its own."""
        to_browser, self._out = os.pipe()
        self._in, from_browser = os.pipe()
        ends = [str(to_browser), str(from_browser)]
        self._process = subprocess.Popen(
            [sys.executable, "-c", START, *ends, program, *SETTINGS, f"--user-data-dir={folder}", "about:blank"],
            pass_fds=(to_browser, from_browser),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(from_browser)
        self._rest = b""
        self._number = 0
        self.complaints: list[str] = []
        self._session = ""
        self._attach()

    def _attach(self) -> None:
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.ask(f"{domain}.enable")

    def close(self) -> None:
        """Stop the browser and wait for its end."""
        self._session = ""
        try:
            self.ask("Browser.close")
            self._process.wait(10)
        except (OSError, RuntimeError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()
        os.close(self._out)
        os.close(self._in)

    # The protocol

    def ask(self, method: str, **settings: Any) -> dict[str, Any]:
        """Send a command and return what the browser answers.

        Raises:
            RuntimeError: it refuses, or does not answer in time.
        """
        self._number += 1
        said = {"id": self._number, "method": method, "params": settings}
        if self._session:
            said["sessionId"] = self._session
        self._send(json.dumps(said).encode() + b"\0")
        limit = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < limit:
            answer = self._next(limit)
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return dict(answer["result"])
            self._note(answer)
        raise RuntimeError(f"{method}: no answer in {PATIENCE_SECONDS:g} seconds")

    def _send(self, message: bytes) -> None:
        while message:
            message = message[os.write(self._out, message) :]

    def _next(self, limit: float) -> dict[str, Any]:
        """Return the next message of the browser."""
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._in], [], [], max(limit - time.monotonic(), 0.0))
            if not ready:
                raise RuntimeError("the browser says nothing")
            piece = os.read(self._in, 1 << 20)
            if not piece:
                raise RuntimeError("the browser ended")
            self._rest += piece
        message, _, self._rest = self._rest.partition(b"\0")
        return dict(json.loads(message))

    def _note(self, event: dict[str, Any]) -> None:
        """Keep what the page complains of: errors and warnings of scripts, of the console, of the content policy."""
        settings = event.get("params", {})
        if event.get("method") == "Runtime.exceptionThrown":
            self.complaints.append(str(settings["exceptionDetails"]))
        if event.get("method") == "Runtime.consoleAPICalled" and settings["type"] in ("error", "warning", "assert"):
            self.complaints.append(str(settings["args"]))
        if event.get("method") == "Log.entryAdded" and settings["entry"]["level"] in ("error", "warning"):
            self.complaints.append(str(settings["entry"]["text"]))

    # What tests do with it

    def open(self, page: Path, width: int = 1280, height: int = 900, *, dark: bool = False, still: bool = True) -> None:
        """Open a page in a window of a size, light or dark, and wait until it is loaded.

        Args:
            page: the file.
            width: width of the window; up to 500 it is a phone with a touch screen.
            height: height of the window.
            dark: whether the reader likes pages dark.
            still: whether the reader likes pages without motion.
        """
        self.complaints.clear()
        phone = width <= 500
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=phone)
        self.ask("Emulation.setTouchEmulationEnabled", enabled=phone)
        self.look(dark=dark, still=still)
        self.ask("Page.navigate", url=page.resolve().as_uri())
        self.until("document.readyState === 'complete' && location.protocol === 'file:'")

    def look(self, *, dark: bool = False, still: bool = True, medium: str = "") -> None:
        """Change what the reader likes, or the medium, such as ``print``."""
        features = [
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce" if still else "no-preference"},
        ]
        self.ask("Emulation.setEmulatedMedia", media=medium, features=features)

    def run(self, script: str) -> Any:
        """Return the value of an expression in the page, a promise's when it is kept.

        Raises:
            RuntimeError: it throws.
        """
        answer = self.ask("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(str(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def until(self, condition: str) -> None:
        """Wait until an expression is true in the page.

        Raises:
            RuntimeError: it does not become true in time.
        """
        limit = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < limit:
            if self.run(f"Boolean({condition})"):
                return
            time.sleep(0.05)
        raise RuntimeError(f"it did not become true: {condition}")

    def press(self, key: str, code: int, text: str = "") -> None:
        """Press a key, such as Tab (9) or Enter (13)."""
        for kind in ("keyDown", "keyUp"):
            settings = {"text": text} if text and kind == "keyDown" else {}
            self.ask("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, **settings)

    def picture(self, *, whole: bool = False) -> bytes:
        """Return a picture of the window, or of the whole page, as a PNG file."""
        settings: dict[str, Any] = {"format": "png", "captureBeyondViewport": whole}
        if whole:
            size = self.ask("Page.getLayoutMetrics")["cssContentSize"]
            settings["clip"] = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        return base64.b64decode(self.ask("Page.captureScreenshot", **settings)["data"])

    def paper(self) -> bytes:
        """Return the page as it is printed, as a PDF file."""
        answer = self.ask("Page.printToPDF", preferCSSPageSize=True, printBackground=True)
        return base64.b64decode(answer["data"])


@contextmanager
def browser(folder: Path) -> Iterator[Browser]:
    """Give a headless browser, whose profile stands in a folder, and stop it afterwards.

    Raises:
        RuntimeError: there is none.
    """
    program = find_browser()
    if program is None:
        raise RuntimeError("no Chromium was found")
    started = Browser(program, folder)
    try:
        yield started
    finally:
        started.close()
