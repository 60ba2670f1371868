"""A terminal and what it can show: widths, colours, and plain ASCII where it knows nothing better."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from marketsim.reporting.numbers import MINUS, MISSING, NO_BREAK

_ASCII = {MINUS: "-", "±": "+/-", MISSING: "-", "…": "..."}
_SENTENCE_WIDTH = 110


class Screen:
    """A console to which names of users can be printed safely."""

    def __init__(self, console: Console) -> None:
        """Keep the console."""
        self.console = console

    def text(self, content: str, style: str = "") -> Text:
        """Return a text that this console can show; nothing in it is read as markup."""
        content = content.replace(NO_BREAK, " ")
        try:
            content.encode(self.console.encoding or "ascii")
        except (UnicodeEncodeError, LookupError):
            for character, plainer in _ASCII.items():
                content = content.replace(character, plainer)
            content = content.encode("ascii", "backslashreplace").decode("ascii")
        return Text(content, style=style)

    def sentence(self, content: str, style: str = "") -> None:
        """Print running text, in lines that are not too long to read."""
        self.console.print(self.text(content, style), width=min(self.console.width, _SENTENCE_WIDTH))

    def line(self, content: str) -> None:
        """Print one line unbroken, so that a path in it can be copied."""
        self.console.print(self.text(content), soft_wrap=True)

    def table(self, heads: Sequence[str], gap: int) -> Table:
        """Return an empty table without rules, `gap` blanks between its columns."""
        table = Table(box=None, pad_edge=False, padding=(0, gap, 0, 0), header_style="bold")
        for head in heads:
            table.add_column(self.text(head), overflow="fold", vertical="top")
        return table

    def fits(self, table: Table) -> bool:
        """Tell whether a table can be printed without folding any of its lines."""
        unlimited = Console(width=10_000, color_system=None)
        return unlimited.measure(table).maximum <= self.console.width
