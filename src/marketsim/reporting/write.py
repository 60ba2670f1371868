"""Writes the reports of stored results: the planning paper in the formats and the language that are wanted."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from errno import EIO
from functools import partial
from pathlib import Path
from typing import Any

from marketsim.errors import ReportError
from marketsim.reporting.edition import CHINESE, printed_in
from marketsim.reporting.paper.build import build_paper
from marketsim.reporting.paper.material import Wishes, wishes_of
from marketsim.reporting.paper.model import Paper
from marketsim.reporting.view import StudyData
from marketsim.scenario.report_settings import FORMATS, ReportSettings

PICTURES = ("png", "svg", "csv")
"""Formats that are a file per chart, in a folder of their own."""
_REPORT, _CHARTS = "report", "charts"


@dataclass(frozen=True)
class Files:
    """Which files are written, and where.

    Attributes:
        formats: formats, of `scenario.report_settings.FORMATS`.
        folder: where they go.
    """

    formats: tuple[str, ...]
    folder: Path

    def __post_init__(self) -> None:
        """Refuse formats that do not exist."""
        unknown = [name for name in self.formats if name not in FORMATS]
        if unknown:
            raise ReportError(f"there is no format {unknown[0]} of reports; there are {', '.join(FORMATS)}")


def write_reports(
    results: StudyData,
    wishes: Wishes | None = None,
    files: Files | None = None,
    progress: Callable[[str], None] = lambda text: None,
) -> tuple[Path, ...]:
    """Write the reports of a study or of a folder of sweeps.

    Args:
        results: the results; none of their files is changed.
        wishes: how the report is wanted; as the scenario says when None.
        files: formats and folder; those of the scenario, into the folder of the results, when None.
        progress: is told what is being written.

    Returns:
        The paths of what was written: a file per format, and one folder for the formats that are a file per chart.

    Raises:
        ReportError: something asked for is not there: a chart, a retailer, a font, a usable template, a folder.
        OSError: a file cannot be written.
    """
    study = results.manifest["scenario"]
    wanted = wishes_of(results.manifest) if wishes is None else wishes
    asked = files or Files(formats_of(study), results.folder)
    require_folder(asked.folder)
    if "pptx" in asked.formats and wanted.template:
        require_template(Path(wanted.template))
    progress("charts")
    return write_paper(build_paper(results, wanted), results, wanted, asked, progress)


def write_paper(
    paper: Paper,
    results: StudyData | None,
    wishes: Wishes,
    files: Files,
    progress: Callable[[str], None] = lambda text: None,
) -> tuple[Path, ...]:
    """Write a paper in several formats.

    Args:
        paper: the paper.
        results: the results that it is about, from which a workbook takes the single runs; None where it has none.
        wishes: how the report is wanted.
        files: formats and folder.
        progress: is told what is being written.

    Returns:
        The paths of what was written, as `write_reports` does.
    """
    files.folder.mkdir(parents=True, exist_ok=True)
    written = []
    with printed_in(paper.edition):
        for form in (form for form in files.formats if form not in PICTURES):
            path = report_path(files.folder, form, wishes.language)
            progress(path.name)
            _write_whole(path, partial(_write, form, paper, results, wishes))
            written.append(path)
        pictures = tuple(form for form in PICTURES if form in files.formats)
        if pictures:
            progress(", ".join(pictures))
            written.append(_pictures(paper, files.folder, pictures, wishes.language))
    return tuple(written)


def require_folder(folder: Path) -> None:
    """Make sure that files could go into a folder, which need not be there yet.

    Raises:
        ReportError: it is a file, or below one, or may not be written to.
    """
    there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    if not there.is_dir():
        raise ReportError(f"reports cannot go into {folder}: {there} is a file, not a folder")
    if not os.access(there, os.W_OK | os.X_OK):
        raise ReportError(f"reports cannot go into {folder}: {there} may not be written to; give another one by --out")


def require_template(template: Path) -> None:
    """Make sure that slides can take the layouts of a PowerPoint file.

    Raises:
        ReportError: there is no such file, or it cannot be used.
    """
    from marketsim.reporting.writers.pptx.template import deck_from

    deck_from(template)


def formats_of(study: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the formats that a stored scenario asks for."""
    return ReportSettings.model_validate(study.get("report") or {}, strict=False).formats


def report_path(folder: Path, form: str, language: str) -> Path:
    """Return where a report is: ``report.html``; a Chinese one ``report_zh.html``, so that both can stand side by side."""
    return folder / f"{_REPORT}{_suffix(language)}.{form}"


def _suffix(language: str) -> str:
    return "_zh" if language == CHINESE else ""


def _pictures(paper: Paper, folder: Path, forms: Sequence[str], language: str) -> Path:
    from marketsim.reporting.writers.pictures import write_pictures

    place = folder / f"{_CHARTS}{_suffix(language)}"
    write_pictures(paper.charts, place, forms)
    return place


def _write_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Write a file beside its place and move it there: nobody finds half a file, and what stood there stays if it fails.

    Raises:
        OSError: it cannot be written; its name is in it.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        write(part)
        os.replace(part, path)
    except OSError as error:
        raise OSError(error.errno or EIO, error.strerror or str(error), str(path)) from error
    finally:
        part.unlink(missing_ok=True)


def _write(form: str, paper: Paper, results: StudyData | None, wishes: Wishes, path: Path) -> None:
    """Write one file by the writer of its format."""
    if form == "html":
        from marketsim.reporting.writers.html import write_html

        write_html(paper, path)
    elif form == "pptx":
        from marketsim.reporting.writers.pptx import write_pptx

        write_pptx(paper, path, Path(wishes.template) if wishes.template else None)
    elif form == "docx":
        from marketsim.reporting.writers.docx import write_docx

        write_docx(paper, path)
    else:
        from marketsim.reporting.writers.xlsx import write_xlsx

        write_xlsx(paper, results, path)
