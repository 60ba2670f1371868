"""Bold Chinese letters in charts: fonts with them seldom come with bold ones, so that strokes are drawn thicker."""

from __future__ import annotations

from unicodedata import east_asian_width

from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.text import Text

_BOLD = 600
_STROKE = 1 / 17
"""How much thicker strokes become, as a part of the size of the letters."""


class _Thicker(withStroke):
    """A stroke of the colour of the letters around them."""


def embolden(figure: Figure) -> None:
    """Thicken the Chinese letters of bold texts, unless their font has bold ones; what is thick already stays as it is."""
    for text in figure.findobj(Text):
        chinese = any(east_asian_width(letter) in "WF" for letter in text.get_text())
        if chinese and _is_bold(text) and not _has_bold(text.get_fontfamily()[-1]):
            _thicken(text)


def _has_bold(font: str) -> bool:
    """Tell whether a font has bold letters; that of Chinese ones stands last among the fonts of a text."""
    return any(
        entry.name == font and isinstance(entry.weight, int) and entry.weight >= _BOLD
        for entry in font_manager.fontManager.ttflist
    )


def _is_bold(text: Text) -> bool:
    return text.get_fontweight() in ("bold", "heavy", "black", "semibold", "demibold")


def _thicken(text: Text) -> None:
    effects = text.get_path_effects() or []
    if not any(isinstance(effect, _Thicker) for effect in effects):
        stroke = _Thicker(linewidth=_STROKE * float(text.get_fontsize()), foreground=text.get_color())
        text.set_path_effects([*effects, stroke])
