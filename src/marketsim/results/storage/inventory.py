"""Which studies a folder holds, and how far each of them is."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from marketsim.errors import ResultsError
from marketsim.results.manifest import FORMAT_VERSION, SHORT_HASH_DIGITS
from marketsim.results.storage.folders import (
    BEGUN,
    LOCK,
    MANIFEST,
    NEW,
    PARTS,
    WORK,
    any_manifest,
    is_begun,
    is_results,
)
from marketsim.results.storage.run_store import RunStore

UNFINISHED, HALF_WRITTEN, OTHER_VERSION = "unfinished", "half-written", "other version"
"""States besides those of a manifest (complete, failed, interrupted): begun, but nothing was concluded; killed while
results were put in place; written by a version whose results this one cannot read."""
_NOT_RESULTS = (PARTS, WORK, LOCK, NEW)


@dataclass(frozen=True)
class StudyState:
    """What can be said of a folder of results without reading its tables.

    Attributes:
        folder: the folder.
        name: name of the study.
        question: what it asks, or its title.
        status: complete, failed, interrupted, or one of the three words above.
        planned: runs of its results; None where it has none.
        done: those of them that are done; of the stored runs where it has no results.
        failed: the same for those that failed.
        stored: runs in its store, whether its results use them or not.
        hash: first digits of the hash of the study.
        seed: seed of its draws; None where it is not known.
        bytes: size on disk.
        written: when it was last written, local time, ISO 8601.
        note: what else is to be known.
    """

    folder: str
    name: str
    question: str
    status: str
    planned: int | None
    done: int
    failed: int
    stored: int
    hash: str
    seed: int | None
    bytes: int
    written: str
    note: str


def studies_in(folder: Path) -> list[Path]:
    """Return the folders of studies in a folder, by name; the folder itself if it is one.

    Raises:
        ResultsError: there is no such folder.
    """
    if not folder.is_dir():
        raise ResultsError(f"there is no folder {folder}")
    if is_study(folder):
        return [folder]
    return sorted(place for place in folder.iterdir() if not place.name.startswith(".") and is_study(place))


def is_study(folder: Path) -> bool:
    """Tell whether a folder holds results, a study that was begun, or runs."""
    return folder.is_dir() and (is_results(folder) or (folder / PARTS).is_dir())


def state_of(folder: Path) -> StudyState:
    """Return what can be said of the folder of a study."""
    manifest, begun, store = manifest_or_none(folder) or {}, begun_of(folder), RunStore(folder)
    statuses = Counter(store.status(run) for run in store)
    counts = [part for part in manifest.get("runs", {}).values() if isinstance(part, dict)]
    size, written = _size_and_time(folder)
    return StudyState(
        folder=str(folder),
        name=str(manifest.get("name") or begun.get("name") or folder.name),
        question=_question(manifest),
        status=status_of(folder, manifest),
        planned=sum(part["planned"] for part in counts) if counts else None,
        done=sum(part["done"] for part in counts) if counts else statuses["done"],
        failed=sum(part["failed"] for part in counts) if counts else statuses["failed"],
        stored=len(store),
        hash=str(manifest.get("hash") or begun.get("hash") or "")[:SHORT_HASH_DIGITS],
        seed=manifest.get("seed"),
        bytes=size,
        written=datetime.fromtimestamp(written).isoformat(" ", "seconds"),
        note="; ".join(_notes(manifest, begun, store)),
    )


def manifest_or_none(folder: Path) -> dict[str, Any] | None:
    """Return the manifest of a folder, of whatever version, or None."""
    try:
        return any_manifest(folder)
    except ResultsError:
        return None


def begun_of(folder: Path) -> dict[str, Any]:
    """Return which study was begun last in a folder; empty where that is not known."""
    try:
        begun = json.loads((folder / WORK / BEGUN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return begun if isinstance(begun, dict) else {}


def status_of(folder: Path, manifest: dict[str, Any]) -> str:
    """Return the status of a study, whose manifest may be empty."""
    if manifest:
        same = manifest.get("format_version") == FORMAT_VERSION
        return str(manifest.get("status", UNFINISHED)) if same else OTHER_VERSION
    if (folder / MANIFEST).exists() or any(entry.name not in _NOT_RESULTS for entry in folder.iterdir()):
        return HALF_WRITTEN
    return UNFINISHED if is_begun(folder) else HALF_WRITTEN


def _question(manifest: dict[str, Any]) -> str:
    scenario = manifest.get("scenario", {})
    return str(scenario.get("question") or scenario.get("title") or "")


def _notes(manifest: dict[str, Any], begun: dict[str, Any], store: RunStore) -> list[str]:
    notes = []
    if manifest and begun and begun.get("hash") != manifest.get("hash"):
        notes.append("another study was begun here since, and is not finished")
    if store.damaged:
        notes.append(f"{len(store.damaged)} damaged batches of runs")
    return notes


def _size_and_time(folder: Path) -> tuple[int, float]:
    """Return the size of all files below a folder, and when the last of them was written."""
    files = [path.stat() for path in folder.rglob("*") if path.is_file()]
    return sum(file.st_size for file in files), max((file.st_mtime for file in files), default=folder.stat().st_mtime)
