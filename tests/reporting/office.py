"""Office files as a reader sees them: LibreOffice makes a PDF of them, poppler makes pictures and text of its pages."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from matplotlib import image
from tests.reporting.renderers import absent

_PROGRAMS = ("soffice", "pdftoppm", "pdftotext")
_SECONDS = 180
_LEAST_INK = 0.0005


@dataclass(frozen=True)
class Pages:
    """An office file as PDF, and its pages as pictures.

    Attributes:
        pdf: the PDF file.
        pictures: a PNG file per page, in order.
    """

    pdf: Path
    pictures: tuple[Path, ...]

    @property
    def count(self) -> int:
        """How many pages there are."""
        return len(self.pictures)

    def texts(self) -> list[str]:
        """Return the text of each page."""
        text = _run(["pdftotext", "-layout", "-enc", "UTF-8", str(self.pdf), "-"])
        return text.split("\f")[: self.count]

    def blank(self) -> list[int]:
        """Return the numbers of pages, counted from 1, on which next to nothing is drawn."""
        return [number for number, picture in enumerate(self.pictures, start=1) if ink(picture) < _LEAST_INK]


def ink(picture: Path) -> float:
    """Return the part of a picture that has another colour than its corner at the lower right."""
    pixels = np.asarray(image.imread(picture))[..., :3]
    return float((np.abs(pixels - pixels[-1, -1]) > 0.1).any(axis=-1).mean())


def require_office() -> None:
    """Skip a test where the programs that draw office files are not installed."""
    missing = [name for name in _PROGRAMS if shutil.which(name) is None]
    if absent(not missing):
        pytest.skip(f"office files cannot be drawn without {', '.join(missing)}")


def pages_of(file: Path, folder: Path, resolution: int = 40) -> Pages:
    """Return an office file as a PDF and as pictures of its pages; the test is skipped where that is not possible.

    Args:
        file: what LibreOffice can open.
        folder: an own folder for the results, and for the profile of LibreOffice, which no other run shares.
        resolution: dots per inch of the pictures.
    """
    require_office()
    folder.mkdir(parents=True, exist_ok=True)
    profile = (folder / "profile").resolve().as_uri()
    command = ["soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf"]
    said = _run([*command, "--outdir", str(folder), str(file)])
    pdf = folder / f"{file.stem}.pdf"
    assert pdf.exists(), f"LibreOffice made no PDF of {file.name}: {said}"
    _run(["pdftoppm", "-r", str(resolution), "-png", str(pdf), str(folder / "page")])
    return Pages(pdf, tuple(sorted(folder.glob("page-*.png"))))


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
    assert done.returncode == 0, f"{command[0]} failed: {done.stderr.decode(errors='replace')}"
    return done.stdout.decode(errors="replace")
