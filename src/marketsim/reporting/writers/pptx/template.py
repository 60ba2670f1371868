"""A user's own PowerPoint file as the template of a deck: its size, layouts, fonts and colours, without its slides."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

from pptx import Presentation
from pptx.exc import PythonPptxError
from pptx.oxml.ns import qn

from marketsim.errors import ReportError

_TYPES = "[Content_Types].xml"
_MAIN = "application/vnd.openxmlformats-officedocument.presentationml.{kind}.main+xml"
_OTHER_KINDS = ("template", "slideshow")


def deck_from(template: Path) -> Any:
    """Return an empty deck with the master and layouts of a template.

    Args:
        template: a .pptx or .potx file; it is only read.

    Raises:
        ReportError: there is no such file, or it is not a PowerPoint file with a layout.
    """
    try:
        content = template.read_bytes()
    except OSError as error:
        raise ReportError(
            f"the template {template} cannot be read ({error.strerror or error}); "
            "give the path of a .pptx or .potx file, or none for our own design"
        ) from error
    try:
        deck = Presentation(io.BytesIO(_as_presentation(content)))
        usable = len(deck.slide_layouts) > 0 and deck.slide_width is not None
    except (PythonPptxError, zipfile.BadZipFile, SyntaxError, KeyError, ValueError, AttributeError) as error:
        raise _unusable(template, "it cannot be opened as a PowerPoint file") from error
    if not usable:
        raise _unusable(template, "it has no slide layout")
    _drop_slides(deck)
    return deck


def _unusable(template: Path, why: str) -> ReportError:
    return ReportError(
        f"the template {template} cannot be used: {why}; give a .pptx or .potx file saved by PowerPoint, without a "
        "password, or none for our own design"
    )


def _as_presentation(content: bytes) -> bytes:
    """Return a .potx or .ppsx as what python-pptx opens: the same with the type of a presentation."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    for kind in _OTHER_KINDS:
        wrong, right = (_MAIN.format(kind=name).encode() for name in (kind, "presentation"))
        parts[_TYPES] = parts[_TYPES].replace(wrong, right)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return packed.getvalue()


def _drop_slides(deck: Any) -> None:
    """Remove the template's own slides, and lists that name them: sections and custom shows."""
    slides = deck.slides._sldIdLst
    for entry in list(slides):
        deck.part.drop_rel(entry.rId)
        slides.remove(entry)
    root = deck.part._element
    for shows in root.findall(qn("p:custShowLst")):
        root.remove(shows)
    for extension in list(root.iter(qn("p:ext"))):
        if any(str(child.tag).endswith("}sectionLst") for child in extension):
            extension.getparent().remove(extension)
