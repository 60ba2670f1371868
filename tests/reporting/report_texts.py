"""Every text that a reader of a report file could meet, whatever its format."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from lxml import etree, html

_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_CONTENTS = re.compile(r"(ppt/(slides|notesSlides|charts)|xl/(charts|drawings)|word)/[^/]+\.xml|docProps/core\.xml")
_ATTRIBUTES = ("alt", "title", "aria-label", "placeholder")


def texts_of(path: Path) -> list[str]:
    """Return the texts of a report: paragraphs, cells, labels of charts, notes, descriptions."""
    if path.suffix == ".html":
        return list(_of_page(path))
    return list(_of_office(path))


def _of_page(path: Path) -> Iterator[str]:
    for element in html.fromstring(path.read_bytes()).iter():
        if not isinstance(element.tag, str) or element.tag == "style":
            continue
        if element.tag == "script":
            yield from _labels(json.loads(element.text)) if element.get("id") == "plots" else ()
            continue
        for text in (element.text, *(child.tail for child in element)):
            yield from [" ".join(text.split())] if text and text.strip() else []
        yield from (element.get(name) for name in _ATTRIBUTES if element.get(name))


def _labels(value: Any) -> Iterator[str]:
    """Yield the texts of interactive charts; single words are settings of the program that draws them."""
    if isinstance(value, str):
        text = re.sub(r"<br>|</?b>", " ", value)
        if not re.fullmatch(r"[\w+#.-]*|top center|%\{.*", text, flags=re.ASCII):
            yield text
    elif isinstance(value, dict | list):
        for entry in value.values() if isinstance(value, dict) else value:
            yield from _labels(entry)


def _of_office(path: Path) -> Iterator[str]:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if _CONTENTS.fullmatch(name) and "styles" not in name:
                yield from _of_part(etree.fromstring(archive.read(name)))
            elif name.endswith(".xlsx"):
                yield from _of_workbook(archive.read(name))
    if path.suffix == ".xlsx":
        yield from _of_workbook(path.read_bytes())


def _of_part(root: Any) -> Iterator[str]:
    for paragraph in root.iter(f"{_DRAWING}p", f"{_WORD}p"):
        text = "".join(part.text or "" for part in paragraph.iter(f"{_DRAWING}t", f"{_WORD}t"))
        yield from [text] if text.strip() else []
    for cached in root.iter(f"{_CHART}v"):
        yield str(cached.text)
    yield from (element.get("descr") for element in root.iter() if element.get("descr"))


def _of_workbook(content: bytes) -> Iterator[str]:
    """Yield the texts of all cells, which a workbook keeps in one place; those that formulas result in are beside them."""
    with zipfile.ZipFile(BytesIO(content)) as book:
        for name in book.namelist():
            if name == "xl/sharedStrings.xml":
                yield from ("".join(entry.itertext()) for entry in etree.fromstring(book.read(name)))
            elif name.startswith("xl/worksheets/sheet"):
                found = etree.fromstring(book.read(name)).iterfind(".//{*}c[@t='str']/{*}v")
                yield from (str(value.text) for value in found if value.text)
