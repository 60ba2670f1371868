"""Checksums of the files of results, in a file that ``sha256sum --check`` reads as well."""

from __future__ import annotations

from pathlib import Path

from marketsim.results.storage.batches import checksum

CHECKSUMS = "checksums.sha256"


def write_checksums(folder: Path) -> None:
    """Write the checksums of all files below a folder into it."""
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    lines = [f"{checksum(folder / name)}  {name}\n" for name in files if name != CHECKSUMS]
    (folder / CHECKSUMS).write_text("".join(lines), encoding="utf-8", newline="\n")


def checksum_faults(folder: Path) -> dict[str, str]:
    """Return what is wrong with the files that have a checksum, by name; nothing where there are no checksums."""
    faults = {}
    for digest, name in _read(folder):
        try:
            if checksum(folder / name) != digest:
                faults[name] = "does not hold what was written"
        except OSError as error:
            faults[name] = f"cannot be read: {error.strerror}"
    return faults


def _read(folder: Path) -> list[tuple[str, str]]:
    path = folder / CHECKSUMS
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return [(digest, name) for digest, _, name in (line.partition("  ") for line in lines)]
