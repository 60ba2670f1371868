"""A results folder that is either the whole of one study's results or the whole of the earlier ones."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from pathlib import Path
from typing import Any

from marketsim.errors import ResultsError
from marketsim.results.manifest import FORMAT, FORMAT_VERSION

MANIFEST = "manifest.json"


def check_target(folder: Path) -> None:
    """Raise ResultsError unless results may be put into the folder, in place of what is there."""
    place = folder.resolve()
    if place == Path.cwd() or place in Path.cwd().parents:
        raise ResultsError(f"{folder}: results replace their folder as a whole; choose one below the current folder")
    if place.exists() and not place.is_dir():
        raise ResultsError(f"{folder} is a file; choose a folder for the results")
    if place.is_dir() and any(place.iterdir()) and not is_results(place):
        raise ResultsError(
            f"{folder} is not empty and holds no marketsim results; nothing was run, choose another folder"
        )


def is_results(folder: Path) -> bool:
    """Tell whether a folder holds marketsim results, of whatever version."""
    try:
        return isinstance(_manifest_of(folder), dict)
    except ResultsError:
        return False


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a results folder; ResultsError where there is none that can be read."""
    manifest = _manifest_of(folder)
    if manifest.get("format_version") != FORMAT_VERSION:
        writer = f"marketsim {manifest.get('marketsim')}"
        raise ResultsError(f"{folder} was written by {writer} in another format; run the study again")
    return manifest


def _manifest_of(folder: Path) -> dict[str, Any]:
    if not folder.is_dir():
        raise ResultsError(f"there is no results folder {folder}")
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ResultsError(f"{folder} holds no marketsim results: it has no {MANIFEST}") from None
    except (OSError, ValueError) as error:
        raise ResultsError(f"{folder / MANIFEST} cannot be read: {error}") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ResultsError(f"{folder / MANIFEST} is not a manifest of marketsim")
    return manifest


class Stage:
    """A place beside the target where results are put together, until `commit` moves them to the target.

    Used in a ``with`` statement: what was not committed is removed at its end.

    Attributes:
        folder: the results to be.
        spool: for what is needed on the way; never becomes part of the results.
    """

    def __init__(self, target: Path) -> None:
        """Check the target, and make the folders next to it."""
        check_target(target)
        self._target = target.resolve()
        self._place = _sibling(self._target, "partial")
        self.folder, self.spool = self._place / "results", self._place / "spool"
        try:
            self.folder.mkdir(parents=True)
            self.spool.mkdir()
        except OSError as error:
            raise ResultsError(f"cannot write to {self._target.parent}: {error.strerror}") from error

    def __enter__(self) -> Stage:
        """Return the stage itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Remove what did not become the target."""
        shutil.rmtree(self._place, ignore_errors=True)

    def commit(self) -> None:
        """Move the results to the target; earlier results go only when the new ones are in place."""
        check_target(self._target)
        if not self._target.exists():
            self.folder.rename(self._target)
            return
        earlier = self._place / "earlier"
        self._target.rename(earlier)
        try:
            self.folder.rename(self._target)
        except BaseException:
            earlier.rename(self._target)
            raise


def _sibling(target: Path, purpose: str) -> Path:
    return target.parent / f".{target.name}.{os.getpid()}-{secrets.token_hex(3)}.{purpose}"
