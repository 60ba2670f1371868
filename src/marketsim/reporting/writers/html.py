"""The planning paper as one web page that needs no other file and no network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from marketsim.reporting import style
from marketsim.reporting.edition import CHINESE
from marketsim.reporting.paper.model import Paper
from marketsim.reporting.writers import html_page
from marketsim.reporting.writers.html_colours import readable
from marketsim.reporting.writers.html_script import content_policy, packed_engine, safe_json
from marketsim.reporting.writers.html_words import page_words, script_words

_TAGS = {CHINESE: "zh-Hans"}
_PAPER, _DARK_PAPER = "#FFFFFF", "#1C2127"
"""What text in the leading colour stands on, in a light and in a dark page."""
_CONTROLS = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127, *range(0xFDD0, 0xFDF0), 0xFFFE, 0xFFFF))
"""Control characters and what is no character at all, which no page may hold; tabs and ends of lines stay."""


def write_html(paper: Paper, path: Path) -> None:
    """Write a planning paper as a web page, the same bytes every time.

    Args:
        paper: the paper; call inside `printed_in(paper.edition)`.
        path: where the page goes; a file there is replaced.

    Raises:
        OSError: the file cannot be written.
        ReportError: the installed plotly cannot draw interactive charts.
    """
    path.write_bytes(html_of(paper).encode("utf-8", "replace"))


def html_of(paper: Paper) -> str:
    """Return a planning paper as a web page."""
    environment = _environment()
    page = html_page.page_of(paper)
    script = _clean(environment.get_template("paper.js").render(ink=style.INK))
    plots = page.plots
    text = environment.get_template("paper.html.j2").render(
        paper=paper,
        page=page,
        words=page_words(),
        language=_TAGS.get(paper.edition.language, paper.edition.language),
        tab=html_page.title_of_tab(paper),
        style=Markup(_sheet(environment)),
        script=Markup(script),
        script_words=Markup(safe_json(script_words())),
        plots=Markup(safe_json(plots)),
        engine=packed_engine() if plots else "",
        policy=Markup(content_policy(script, engine=bool(plots))),
    )
    return _clean(f"{text.rstrip()}\n")


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("marketsim.reporting"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    functions: dict[str, Any] = {
        "is_sortable": html_page.is_sortable,
        "repeats": html_page.repeats,
        "sign_of": html_page.sign_of,
        "has_signs": html_page.has_signs,
        "has_many_columns": html_page.has_many_columns,
    }
    environment.globals.update(functions)
    return environment


def _sheet(environment: Environment) -> str:
    leading = style.focus()
    colours = {"accent": readable(leading, _PAPER), "dark_accent": readable(leading, _DARK_PAPER)}
    return environment.get_template("paper.css").render(colours)


def _clean(text: str) -> str:
    """Return a text without control characters and with the ends of lines that the file has."""
    return text.translate(_CONTROLS).replace("\r\n", "\n").replace("\r", "\n")
