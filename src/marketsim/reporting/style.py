"""How charts look: colours that colour-blind readers and grey printers tell apart, and quiet axes."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from typing import Any, cast
from unicodedata import east_asian_width

import matplotlib as mpl
from matplotlib import font_manager, patheffects
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font

from marketsim.errors import ReportError
from marketsim.reporting.edition import current

_FOCUS = "#0B4F8A"
"""Deep blue, the darkest colour: the focus retailer, and what is good for it; an edition may set another."""
WARM = "#D1600E"
"""Vermilion: the other side of a pair, and what is bad."""
INK = "#1F2933"
QUIET = "#6B7785"
FAINT = "#D5DBE1"
BASE_COLOUR = "#6B7785"
"""The base, in every chart."""
_RIVALS = ("#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#8C6D31", "#B2A300")
"""Rivals in name order, lighter than the focus (after Okabe & Ito 2008)."""
_FURTHER = (WARM, "#2A9D6F", "#9A4C95", "#B48A00", "#3A9BDC")
MARKERS = ("o", "s", "D", "^", "v", "P")
DASHES: tuple[Any, ...] = (
    "-",
    (0, (5, 1.5)),
    (0, (1.2, 1.2)),
    (0, (6, 1.5, 1.2, 1.5)),
    (0, (3, 1)),
    (0, (8, 2)),
)
WIDTH_INCHES = 9.2

_LATIN_FONT = "DejaVu Sans"
_CHINESE_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Microsoft YaHei",
    "PingFang SC",
    "Hiragino Sans GB",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimHei",
    "Heiti SC",
    "Arial Unicode MS",
)
"""Fonts with the characters as mainland China writes them."""
_OTHER_CJK_FONTS = (
    "Noto Sans CJK JP",
    "Noto Sans CJK TC",
    "Droid Sans Fallback",
)
"""Fonts with all these characters, some of them in the forms of other places."""
_BREAKS = " _-/.+"
_CARRIED = "NotoSansCJKsc-Regular.otf"
_SETTINGS: dict[str, Any] = {
    "font.size": 9.5,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 8,
    "axes.labelsize": 9,
    "axes.labelcolor": QUIET,
    "axes.edgecolor": QUIET,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.formatter.use_mathtext": False,
    "axes.formatter.limits": (-7, 12),
    "axes.formatter.useoffset": False,
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "text.color": INK,
    "text.parse_math": False,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "xtick.major.size": 3,
    "ytick.major.size": 0,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "figure.facecolor": "white",
    "svg.fonttype": "path",
    "svg.hashsalt": "marketsim",
}


def focus() -> str:
    """Return the leading colour: the focus retailer, and what is good for it."""
    edition = current()
    return edition.colours.get(edition.focus, _FOCUS)


def policy_colours() -> tuple[str, ...]:
    """Return the colours of policies and other series, the leading one first."""
    return (focus(), *_FURTHER)


@contextmanager
def chart_style() -> Iterator[None]:
    """Draw with our settings inside the block; those of the caller return after it."""
    with mpl.rc_context(), _quiet_font_search():
        mpl.rcdefaults()
        mpl.rcParams.update(cast(Any, _SETTINGS))
        mpl.rcParams["font.family"] = list(_families())
        yield


@contextmanager
def _quiet_font_search() -> Iterator[None]:
    logger = logging.getLogger("matplotlib.font_manager")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def _families() -> tuple[str, ...]:
    """Return the fonts: the Latin one, which has bold letters and a short minus, then one for what it does not have."""
    chinese = _chinese_font()
    return (_LATIN_FONT, chinese) if chinese else (_LATIN_FONT,)


@cache
def _chinese_font() -> str:
    """Return a font with Chinese characters: one that is installed, else one that the package mplfonts carries."""
    found = _installed(_CHINESE_FONTS)
    if not found:
        _list_new_fonts()
        found = _installed(_CHINESE_FONTS) or _carried_font()
    return found or _installed(_OTHER_CJK_FONTS)


def _installed(wanted: Sequence[str]) -> str:
    """Return the first of some fonts that is there; nothing where none is."""
    known = {entry.name for entry in font_manager.fontManager.ttflist}
    return next((name for name in wanted if name in known), "")


def _list_new_fonts() -> None:
    """Add the fonts that were installed after matplotlib had made its list, which it keeps from one program to the next."""
    known = {entry.fname for entry in font_manager.fontManager.ttflist}
    for file in font_manager.findSystemFonts():
        if file not in known:
            with suppress(OSError, RuntimeError):  # a broken font, or one of a kind that cannot be read
                font_manager.fontManager.addfont(file)


def _carried_font() -> str:
    """Return the font that the package mplfonts carries; nothing where it is not installed."""
    if find_spec("mplfonts") is None:
        return ""
    file = files("mplfonts") / "fonts" / _CARRIED
    if not file.is_file():
        return ""
    font_manager.fontManager.addfont(str(file))
    return font_manager.FontProperties(fname=str(file)).get_name()


def require_chinese_font() -> None:
    """Make sure that Chinese charts can be drawn.

    Raises:
        ReportError: no font at hand has Chinese characters.
    """
    if not _chinese_font():
        raise ReportError(
            "a Chinese report needs a font with Chinese characters, and there is none: install one "
            "(Debian: fonts-noto-cjk), or the package mplfonts (pip install 'marketsim[zh]')"
        )


@cache
def _glyphs() -> frozenset[int]:
    fonts = [FT2Font(font_manager.findfont(family)) for family in filter(None, (_LATIN_FONT, _chinese_font()))]
    return frozenset(code for font in fonts for code in font.get_charmap())


def is_drawable(text: str) -> bool:
    """Tell whether the fonts at hand have every character of a text."""
    return all(ord(character) in _glyphs() for character in text)


def label_names(names: Iterable[str], kind: str) -> dict[str, str]:
    """Return the label of each name: the name itself, or its number where no font at hand can draw it."""
    return {name: name if is_drawable(name) else f"{kind} {number}" for number, name in enumerate(names, start=1)}


def drawable(text: str) -> str:
    """Return a text in which a question mark stands for each character that no font at hand can draw."""
    return "".join(character if ord(character) in _glyphs() else "?" for character in text)


def width_of(text: str) -> int:
    """Return how wide a text is, in Latin letters: a Chinese character is as wide as two."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def folded(text: str, width: int = 22) -> str:
    """Return a drawable label of at most two lines, each as wide as some Latin letters; the middle of a longer one is left out.

    Args:
        text: the label.
        width: width of a line, in Latin letters.
    """
    text = drawable(text)
    if width_of(text) > 2 * width:
        text = f"{_beginning(text, width - 1)}…{_beginning(text[::-1], width - 1)[::-1]}"
    if width_of(text) <= width:
        return text
    places = range(1, len(text))
    fitting = [cut for cut in places if width_of(text[:cut]) <= width and width_of(text[cut:].lstrip()) <= width]
    cut = _place_of_break(text, fitting)
    return f"{text[:cut].rstrip()}\n{text[cut:].lstrip()}"


def _place_of_break(text: str, fitting: list[int]) -> int:
    """Return where a label breaks: behind the last blank or sign that fits, else nearest its middle, between Chinese ones."""
    signs = [cut for cut in fitting if text[cut - 1] in _BREAKS]
    wide = [cut for cut in fitting if east_asian_width(text[cut - 1]) in "WF"]
    half = width_of(text) / 2
    nearest = min(wide, key=lambda cut: (abs(width_of(text[:cut]) - half), -cut), default=0)
    return max(signs, default=nearest or (fitting[len(fitting) // 2] if fitting else (len(text) + 1) // 2))


def _beginning(text: str, width: int) -> str:
    """Return as much of the beginning of a text as is no wider than some Latin letters."""
    end = 0
    while end < len(text) and width_of(text[: end + 1]) <= width:
        end += 1
    return text[:end]


def retailer_colours(retailers: Iterable[str], leader: str) -> dict[str, str]:
    """Return the colour of each retailer: the same in every chart and study, the strongest for the focus."""
    rivals = sorted(name for name in retailers if name != leader)
    colours = {leader: focus(), **{name: _RIVALS[i % len(_RIVALS)] for i, name in enumerate(rivals)}}
    return colours | {name: colour for name, colour in current().colours.items() if name in colours}


def new_figure(height: float, width: float = WIDTH_INCHES) -> Figure:
    """Return an empty figure that belongs to no global state."""
    return Figure(figsize=(width, height), layout="constrained")


def zero_line(axes: Axes, *, vertical: bool) -> None:
    """Mark where nothing changes."""
    draw = axes.axvline if vertical else axes.axhline
    draw(0, color=INK, linewidth=0.9, zorder=1.5)


def note(axes: Axes, text: str, place: tuple[float, float], offset: tuple[float, float], **look: Any) -> None:
    """Write a text near a point, on a halo that keeps lines from crossing it."""
    halo = [patheffects.withStroke(linewidth=2.2, foreground="white")]
    settings: dict[str, Any] = {
        "textcoords": "offset points",
        "fontsize": 8,
        "path_effects": halo,
        "zorder": 6,
    } | look
    axes.annotate(text, place, offset, **settings)


def footer(figure: Figure, text: str) -> None:
    """Write sample size, interval, seed and hash under a figure."""
    figure.supxlabel(text, fontsize=7.5, color=QUIET, x=0.006, ha="left", linespacing=1.35)


def spread_labels(positions: Sequence[float], gap: float) -> list[float]:
    """Return label positions near the given ones that lie at least `gap` apart, in the same order."""
    order = sorted(range(len(positions)), key=lambda index: positions[index])
    placed: list[float] = []
    for index in order:
        wanted = positions[index]
        placed.append(wanted if not placed else max(wanted, placed[-1] + gap))
    shift = sum(p - positions[i] for p, i in zip(placed, order, strict=True)) / max(len(order), 1)
    result = [0.0] * len(positions)
    for position, index in zip(placed, order, strict=True):
        result[index] = position - shift
    return result
