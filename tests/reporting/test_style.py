from __future__ import annotations

from itertools import pairwise

import matplotlib as mpl
import pytest
from matplotlib import font_manager
from tests.reporting.renderers import absent

from marketsim.reporting import style


@pytest.mark.parametrize(
    ("text", "width", "folded"),
    [
        ("lane_5", 22, "lane_5"),
        ("service staff of the desk", 12, "service\nstaff of the desk"),
        ("lane_for_the_best_customers", 16, "lane_for_the_\nbest_customers"),
    ],
)
def test_labels_fold_at_blanks_and_underscores(text: str, width: int, folded: str) -> None:
    if len(text) > 2 * width:
        assert "…" in style.folded(text, width)
    else:
        assert style.folded(text, width) == folded


def test_a_folded_label_has_two_short_lines_at_most() -> None:
    lines = style.folded("x" * 60, 20).split("\n")
    assert len(lines) == 2
    assert max(map(len, lines)) <= 20


def test_names_that_no_font_can_draw_become_numbers() -> None:
    labels = style.label_names(["lane", "\U000f0000\U000f0001"], "policy")
    assert labels == {"lane": "lane", "\U000f0000\U000f0001": "policy 2"}


def test_the_focus_has_the_strongest_colour_and_rivals_keep_theirs() -> None:
    one = style.retailer_colours(["Alpha", "Beta", "Gamma"], "Alpha")
    other = style.retailer_colours(["Gamma", "Beta", "Alpha"], "Alpha")
    assert one == other
    assert one["Alpha"] == style.focus()
    assert len(set(one.values())) == 3


def test_spread_labels_are_apart_and_in_order() -> None:
    placed = style.spread_labels([1.0, 1.01, 0.99, 5.0], 0.5)
    assert placed[2] < placed[0] < placed[1] < placed[3]
    ordered = sorted(placed)
    assert min(later - earlier for earlier, later in pairwise(ordered)) >= 0.5 - 1e-12


def settings() -> dict[str, object]:
    """Return matplotlib's settings; the backend is left out, for reading it starts one."""
    return {name: mpl.rcParams[name] for name in mpl.rcParams if name != "backend"}


def test_the_callers_settings_return() -> None:
    before = settings()
    with style.chart_style():
        assert mpl.rcParams["svg.hashsalt"] == "marketsim"
        assert mpl.rcParams["text.parse_math"] is False
    assert settings() == before


def test_fonts_installed_after_the_list_was_made_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    manager = font_manager.fontManager
    files = {file for file in font_manager.findSystemFonts() if "CJK" in file}
    if absent(files):
        pytest.skip("no font with Chinese characters is installed")
    assert files
    monkeypatch.setattr(manager, "ttflist", [entry for entry in manager.ttflist if entry.fname not in files])
    style._list_new_fonts()
    assert files <= {entry.fname for entry in manager.ttflist}
