"""`marketsim report`: the planning paper of stored results, in the formats and the language that are wanted."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from marketsim.cli.overview import duration
from marketsim.cli.places import study_folder
from marketsim.cli.screen import console, say
from marketsim.errors import ReportError
from marketsim.reporting.edition import LANGUAGES
from marketsim.scenario.paths import no_such
from marketsim.scenario.report_settings import FORMATS

if TYPE_CHECKING:
    from marketsim.reporting.paper.material import Wishes
    from marketsim.reporting.view import StudyData
    from marketsim.scenario.loaded import Scenario


@dataclass(frozen=True)
class Wanted:
    """What the user of a command wants of reports; what is None or empty is left as the scenario has it.

    Attributes:
        formats: formats, each maybe several joined by commas.
        language: ``en`` or ``zh``.
        template: PowerPoint file whose layouts are used.
        title: title of the paper.
        author: who hands it in.
        view: retailer whose view it is.
    """

    formats: tuple[str, ...] = ()
    language: str | None = None
    template: Path | None = None
    title: str | None = None
    author: str | None = None
    view: str | None = None

    def check(self) -> None:
        """Raise ReportError where something asked for cannot be, before anything is run."""
        for name in self.names():
            if name not in FORMATS:
                raise ReportError(f"--format: {no_such('format', name, FORMATS)}")
        if self.language is not None and self.language not in LANGUAGES:
            raise ReportError(f"--lang: {no_such('language', self.language, LANGUAGES)}")
        if self.template is not None:
            self._check_template(self.template)
        if self.language == "zh":
            from marketsim.reporting.style import require_chinese_font

            require_chinese_font()

    def check_study(self, scenario: Scenario) -> None:
        """Raise ReportError where what the scenario and the user want together cannot be, before anything is run."""
        from marketsim.reporting.style import require_chinese_font

        said = scenario.study.report
        if (self.language or said.language) == "zh":
            require_chinese_font()
        if self.view is not None and self.view not in scenario.study.retailers:
            raise ReportError(f"--view: {no_such('retailer', self.view, scenario.study.retailers)}")
        template = Path(scenario.source).parent / said.template
        if self.template is None and said.template:
            _require_template("report.template", template)

    def _check_template(self, template: Path) -> None:
        if self.names() and "pptx" not in self.names():
            raise ReportError("--template: only slides have a template; add pptx to --format, or leave it out")
        _require_template("--template", template)

    def names(self) -> tuple[str, ...]:
        """Return the formats one by one, in the order asked, each once."""
        names = (name.strip().lower() for text in self.formats for name in text.split(","))
        return tuple(dict.fromkeys(name for name in names if name))

    def over(self, said: Wishes) -> Wishes:
        """Return what the scenario says with what the user said over it."""
        given: dict[str, Any] = {
            "language": self.language,
            "template": None if self.template is None else str(self.template),
            "title": self.title,
            "author": self.author,
            "view": self.view,
        }
        return replace(said, **{name: value for name, value in given.items() if value is not None})


def _require_template(option: str, template: Path) -> None:
    """Raise ReportError where a PowerPoint file is missing or broken."""
    from marketsim.reporting.write import require_template

    if not template.is_file():
        raise ReportError(f"{option}: there is no file {template}")
    require_template(template)


def report_study(study: str, wanted: Wanted, out: Path | None) -> int:
    """Write the reports of stored results.

    Args:
        study: folder of a study, or its name below ``results``.
        wanted: what is wanted.
        out: where the files go; into the folder of the results when None.

    Returns:
        The exit code, 0.

    Raises:
        ResultsError: there is no such study.
        ReportError: something asked for cannot be.
    """
    from marketsim.reporting.stored import results_in

    wanted.check()
    began = perf_counter()
    written = write_asked(results_in(study_folder(study)), wanted, out)
    show_files(written)
    say(console(), duration(perf_counter() - began))
    return 0


def write_asked(results: StudyData, wanted: Wanted, out: Path | None = None) -> tuple[Path, ...]:
    """Write the reports that a scenario and the user of a command want, showing what is being written."""
    from marketsim.reporting.paper.material import wishes_of
    from marketsim.reporting.write import Files, formats_of, write_reports

    study = results.manifest["scenario"]
    files = Files(wanted.names() or formats_of(study), out or results.folder)
    screen = console(errors=True)
    with screen.status("writing the report", spinner="line") as status:
        return write_reports(
            results,
            wanted.over(wishes_of(results.manifest)),
            files,
            lambda name: status.update(f"writing the report: {name}"),
        )


def write_after_runs(results: StudyData, wanted: Wanted) -> tuple[tuple[Path, ...], ReportError | None]:
    """Write the reports after runs, whose results are stored whatever becomes of the reports.

    Returns:
        What was written; and, where not all of it could be, an error that says so and where the results are.
    """
    try:
        return write_asked(results, wanted), None
    except (ReportError, OSError) as error:
        name = f"{error.filename}: " if isinstance(error, OSError) and error.filename else ""
        why = f"{name}{error.strerror or error}" if isinstance(error, OSError) else str(error)
        return (), ReportError(
            f"all results are stored in {results.folder}, but the report is not complete: {why}\n"
            f"write it again:       {shlex.join(['marketsim', 'report', str(results.folder)])}"
        )


def show_files(written: Sequence[Path]) -> None:
    """Say where reports are."""
    say(console(), *(f"report  {path}" for path in written))
