"""A results folder that is either the whole of one study's results or the whole of the earlier ones."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from marketsim.errors import ResultsError
from marketsim.results.manifest import FORMAT, FORMAT_VERSION

MANIFEST = "manifest.json"
BEGUN = "study.json"
"""In the folder ``work``: which study was begun last, and by which command."""
PARTS, WORK, LOCK, NEW = "parts", "work", ".lock", ".new"
"""What a folder of results holds besides results: the runs, what workers need, who is at work, results to be."""


def check_target(folder: Path) -> None:
    """Raise ResultsError unless results may be put into the folder, in place of what is there."""
    place = folder.resolve()
    if place == Path.cwd() or place in Path.cwd().parents:
        raise ResultsError(f"{folder}: results replace their folder as a whole; choose one below the current folder")
    if place.exists() and not place.is_dir():
        raise ResultsError(f"{folder} is a file; choose a folder for the results")
    if place.is_dir() and any(place.iterdir()) and not is_results(place) and not _is_just_claimed(place):
        raise ResultsError(
            f"{folder} is not empty and holds no marketsim results; nothing was run, choose another folder"
        )


def _is_just_claimed(folder: Path) -> bool:
    """Tell whether a folder holds only what a process leaves that is killed before it has noted which study it begins."""
    return (folder / LOCK).is_file() and {entry.name for entry in folder.iterdir()} <= {LOCK, WORK}


def is_results(folder: Path) -> bool:
    """Tell whether a folder holds marketsim results, of whatever version, or a study that was begun."""
    try:
        return isinstance(any_manifest(folder), dict)
    except ResultsError:
        return is_begun(folder)


def is_begun(folder: Path) -> bool:
    """Tell whether a folder holds a study that was begun, whatever became of it."""
    return (folder / WORK / BEGUN).is_file()


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a results folder; ResultsError where there is none that can be read."""
    manifest = any_manifest(folder)
    if manifest.get("format_version") != FORMAT_VERSION:
        writer = f"marketsim {manifest.get('marketsim')}"
        raise ResultsError(f"{folder} was written by {writer} in another format; run the study again")
    return manifest


def any_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a results folder, of whatever version; ResultsError where there is none that can be read."""
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
    """A hidden place in the folder of a study where results are put together, until `commit` moves them to the front.

    Used in a ``with`` statement: what was not committed is removed at its end. What the runs of the study gave stays
    where it is; everything else in the folder is replaced.

    Attributes:
        folder: the results to be.
    """

    def __init__(self, target: Path) -> None:
        """Make the place.

        Args:
            target: the folder of the study, claimed by this process.
        """
        self._target, self.folder = target, target / NEW
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)

    def __enter__(self) -> Stage:
        """Return the stage itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Remove what did not become part of the results."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def commit(self) -> None:
        """Replace earlier results.

        The manifest goes first and comes last: a folder whose process was killed in between has none, and is put right
        by the same command again, without running anything that was run.
        """
        (self._target / MANIFEST).unlink(missing_ok=True)
        for entry in self._target.iterdir():
            if entry.name not in (PARTS, WORK, LOCK, NEW):
                _remove(entry)
        for entry in sorted(self.folder.iterdir(), key=lambda entry: entry.name == MANIFEST):
            entry.replace(self._target / entry.name)


def _remove(entry: Path) -> None:
    if entry.is_dir() and not entry.is_symlink():
        shutil.rmtree(entry)
    else:
        entry.unlink()
