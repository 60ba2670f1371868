"""The words of the web page itself: heads, buttons, hints; all else comes from the paper."""

from __future__ import annotations

from marketsim.reporting.language import say


def page_words() -> dict[str, str]:
    """Return the words of the page by the names that its template uses, in the language of the edition."""
    return {
        "skip": say("Skip to the text"),
        "contents": say("Contents"),
        "tools": say("Page tools"),
        "colon": say(": "),
        "by": say("Prepared by"),
        "question": say("Question"),
        "numbers": say("Numbers of this figure (CSV)"),
        "more_below": say("Scroll the table sideways to see all of it"),
        "better": say("favourable"),
        "worse": say("unfavourable"),
        "legend": say("▲ favourable · ▼ unfavourable · no mark: not judged, or it cannot be told"),
        "top": say("Back to the top"),
        "no_script": say(
            "Without JavaScript figures are pictures and tables keep their order; nothing of the text is missing."
        ),
        "file": say("All text, figures and numbers of this paper are in this one file; it loads nothing else."),
    }


def script_words() -> dict[str, str]:
    """Return the words that the page's script prints, by the names that it uses."""
    return {
        "picture": say("Show the picture"),
        "interactive": say("Show the interactive chart"),
        "broken": say("The interactive chart cannot be drawn in this browser; the picture shows the same numbers."),
        "dark": say("Dark page"),
        "light": say("Light page"),
        "zoom": say("Zoom"),
        "pan": say("Move"),
        "reset": say("Whole chart"),
    }


def figure_label(number: int) -> str:
    """Return what a figure is called in the text."""
    return say("Figure {number}", number=number)


def table_label(number: int) -> str:
    """Return what a table is called in the text."""
    return say("Table {number}", number=number)
