"""The entries of the PO files, as they are written."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

import marketsim.reporting

ZH = "zh"
FOLDER = Path(marketsim.reporting.__file__).parent / "languages" / ZH


@cache
def files() -> Mapping[str, Catalog]:
    """Return every PO file, parsed."""
    found = {}
    for path in sorted(FOLDER.glob("*.po")):
        with path.open("rb") as stream:
            found[path.name] = read_po(stream, locale=ZH, abort_invalid=True)
    return found


def entries() -> list[tuple[str, str, str, str]]:
    """Return file, context, English and Chinese of every entry."""
    return [
        (name, entry.context or "", str(entry.id), str(entry.string))
        for name, parsed in files().items()
        for entry in parsed
        if entry.id
    ]
