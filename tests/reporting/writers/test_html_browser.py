"""The web page in a browser: on a desk and on a phone, light and dark, on paper, and by keyboard."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.reporting.browser import Browser, browser, find_browser
from tests.reporting.renderers import absent
from tests.reporting.writers.html_papers import PANELS, paper

from marketsim.reporting.edition import printed_in
from marketsim.reporting.writers.html import write_html

pytestmark = pytest.mark.skipif(
    absent(find_browser()), reason="no Chromium was found (set MARKETSIM_TEST_BROWSER, or install chromium)"
)
WINDOWS = [("en", 1280, False), ("en", 1280, True), ("en", 390, False), ("zh", 390, True), ("zh", 1280, False)]
INTERACTIVE = [f"figure-{n}" for n, panels in enumerate(PANELS.values(), start=1) if panels]
LEAST_CONTRAST = 4.5

CONTRASTS = """(() => {
  const parts = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parts(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const bad = [];
  let seen = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const inPlot = element.closest(".plot");
    const onBars = inPlot && !element.closest(".xtick, .ytick, .legendtext");
    if (!walker.currentNode.data.trim() || onBars || element.closest("script, .unseen, noscript")) continue;
    if (!element.getClientRects().length) continue;
    const look = getComputedStyle(element);
    const pair = [light(parts(inPlot ? look.fill : look.color)), light(ground(element))].sort((a, b) => b - a);
    const ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
    seen += 1;
    const where = `${element.tagName}.${element.className} ${walker.currentNode.data.trim().slice(0, 40)}`;
    if (ratio < LEAST) bad.push(`${ratio.toFixed(2)} ${where}`);
  }
  return { seen, bad };
})()""".replace("LEAST", str(LEAST_CONTRAST))


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    written = {language: tmp_path_factory.mktemp(language) / "report.html" for language in ("en", "zh")}
    for language, path in written.items():
        made = paper(language)
        with printed_in(made.edition):
            write_html(made, path)
    return written


@pytest.fixture(scope="module")
def english(pages: dict[str, Path]) -> Path:
    return pages["en"]


def show(window: Browser, figure: str) -> None:
    window.run(f"document.getElementById('{figure}').scrollIntoView()")
    window.until(f"document.getElementById('{figure}').dataset.drawn !== undefined")


def show_all(window: Browser) -> None:
    for figure in INTERACTIVE:
        show(window, figure)


@pytest.mark.parametrize(("language", "width", "dark"), WINDOWS)
def test_it_draws_every_chart_fits_its_window_and_can_be_read(
    window: Browser, pages: dict[str, Path], language: str, width: int, dark: bool
) -> None:
    window.open(pages[language], width, dark=dark)
    show_all(window)
    assert window.complaints == []
    assert window.run("document.documentElement.scrollWidth") <= width
    for figure, panels in zip(INTERACTIVE, filter(None, PANELS.values()), strict=True):
        plots = window.run(
            f"[...document.querySelectorAll('#{figure} .plot')].map((plot) => ["
            "plot.querySelectorAll('.scatterlayer .trace path, .barlayer .point path, .heatmaplayer image, "
            ".sankey-link').length, plot.querySelector('svg.main-svg').getBoundingClientRect().width])"
        )
        assert len(plots) == len(panels)
        assert all(marks > 0 and 100 < across <= width for marks, across in plots), f"{figure}: {plots}"
    window.run("document.querySelectorAll('details').forEach((entry) => { entry.open = true; })")
    assert window.run("document.documentElement.scrollWidth") <= width, "with all details open"
    found = window.run(CONTRASTS)
    assert found["seen"] > 100
    assert found["bad"] == []


def test_it_follows_the_system_and_its_button(window: Browser, english: Path) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    window.open(english)
    light = window.run(ground)
    show(window, INTERACTIVE[0])
    ink = "getComputedStyle(document.querySelector('.xtick text')).fill"
    before = window.run(ink)
    window.look(dark=True)
    dark = window.run(ground)
    assert light != dark
    window.until(f"{ink} !== '{before}'")
    window.run("document.getElementById('theme').click()")
    assert window.run(ground) == light
    assert window.run("document.getElementById('theme').textContent") == "Dark page"
    window.open(english, dark=True)
    assert window.run(ground) == light, "the choice is kept"
    window.run("localStorage.clear()")


def test_charts_are_drawn_only_when_they_come_near(window: Browser, english: Path) -> None:
    window.open(english, 1280, 400)
    assert window.run("document.querySelectorAll('figure[data-drawn]').length") == 0
    assert not window.run("'Plotly' in window"), "nothing is unpacked before the first chart is near"
    show(window, INTERACTIVE[-1])
    assert window.run("document.querySelectorAll('figure[data-drawn]').length") < len(INTERACTIVE)


def test_a_chart_offers_nothing_that_would_send_it_away(window: Browser, english: Path) -> None:
    window.open(english)
    show_all(window)
    offered = window.run("[...new Set([...document.querySelectorAll('.modebar-btn')].map((b) => b.dataset.title))]")
    assert sorted(offered) == ["Move", "Whole chart", "Zoom"]
    assert window.run("fetch('http://127.0.0.1:9').then(() => 'sent', () => 'refused')") == "refused"
    assert any("Content Security Policy" in text for text in window.complaints)


def test_keyboard_shows_the_picture_and_the_chart_again(window: Browser, english: Path) -> None:
    window.open(english)
    show(window, "figure-1")
    state = (
        "['.picture', '.interactive'].map((name) => "
        "document.querySelector('#figure-1 ' + name).getClientRects().length > 0)"
    )
    assert window.run(state) == [False, True]
    window.run("document.querySelector('#figure-1 .toggle').focus()")
    window.press("Enter", 13, "\r")
    assert window.run(state) == [True, False]
    window.press("Enter", 13, "\r")
    assert window.run(state) == [False, True]


def test_focus_can_be_seen_and_the_first_stop_leads_past_the_contents(window: Browser, english: Path) -> None:
    window.open(english)
    window.press("Tab", 9)
    assert window.run("document.activeElement.className") == "skip"
    assert window.run("document.activeElement.getBoundingClientRect().left") >= 0
    assert window.run("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    window.press("Enter", 13, "\r")
    assert window.run("document.activeElement.id") == "text"


def test_tables_are_sorted_by_keyboard_by_number_and_by_word(window: Browser, english: Path) -> None:
    window.open(english)
    names = "[...document.querySelectorAll('#table-1 tbody th')].map((cell) => cell.textContent.trim().slice(0, 7))"
    heads = "[...document.querySelectorAll('#table-1 thead th')].map((head) => head.getAttribute('aria-sort'))"
    given = window.run(names)
    window.run("document.querySelectorAll('#table-1 thead button')[1].focus()")
    window.press("Enter", 13, "\r")
    assert window.run(names) == ["lane_9", "lane_2", "lane_10", "</scrip"]
    assert window.run(heads) == ["none", "ascending", "none"]
    window.press(" ", 32, " ")
    assert window.run(names) == ["lane_10", "lane_2", "lane_9", "</scrip"], "what has no number stays last"
    assert window.run(heads) == ["none", "descending", "none"]
    window.press("Enter", 13, "\r")
    assert window.run(names) == given
    window.run("document.querySelectorAll('#table-1 thead button')[0].click()")
    assert window.run(names)[-3:] == ["lane_2", "lane_9", "lane_10"], "numbers in names count as numbers"
    assert window.run("document.querySelectorAll('#table-2 thead button').length") == 0


def test_wide_tables_scroll_in_their_own_box_and_say_so(window: Browser, english: Path) -> None:
    window.open(english, 390)
    window.run("document.querySelectorAll('details').forEach((entry) => { entry.open = true; })")
    window.until("document.querySelector('#table-3.overflows')")
    assert window.run("document.querySelector('#table-3 .hint').getClientRects().length") == 1
    assert window.run("document.querySelector('#table-1 .hint').getClientRects().length") == 0
    left = "document.querySelector('#table-3 tbody th').getBoundingClientRect().left"
    before = window.run(left)
    window.run("document.querySelector('#table-3 .scroll').scrollLeft = 300")
    assert window.run(left) == pytest.approx(before, abs=2), "the first column stays"
    assert window.run("document.querySelector('#table-3 tbody td').getBoundingClientRect().left") < 0


def test_a_phone_scrolls_past_charts(window: Browser, english: Path) -> None:
    window.open(english, 390)
    show(window, "figure-1")
    assert window.run("document.querySelector('#figure-1 .plot')._fullLayout.dragmode") is False
    assert window.run("document.querySelector('nav details').open") is False


def test_motion_is_only_for_those_who_like_it(window: Browser, english: Path) -> None:
    window.open(english)
    behaviour = "getComputedStyle(document.documentElement).scrollBehavior"
    assert window.run(behaviour) == "auto"
    window.look(still=False)
    assert window.run(behaviour) == "smooth"


def test_paper_has_pictures_and_all_details(window: Browser, english: Path) -> None:
    window.open(english, dark=True)
    show_all(window)
    window.look(dark=True, medium="print")
    hidden = "['.interactive', 'nav', '.toggle', '#theme'].map((name) => document.querySelector(name).getClientRects().length)"
    assert window.run(hidden) == [0, 0, 0, 0]
    shown = "[...document.querySelectorAll('.picture img')].filter((p) => p.getClientRects().length).length"
    assert window.run(shown) == len(PANELS)
    assert window.run("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert window.run("document.querySelector('details.fold table').getClientRects().length") == 1
    head = "getComputedStyle(document.querySelector('#table-1 thead button')).display"
    assert window.run(head) == "contents", "a head with a button as a box would not be repeated on the next page"
    window.look(dark=True)
    content = window.paper()
    assert content.startswith(b"%PDF")
    assert content.count(b"/Subtype /Image") >= len(PANELS)
    assert window.run("document.querySelectorAll('main details[open]').length") == 0, "they are closed again"
    assert text_pieces(content) > 500


def text_pieces(content: bytes) -> int:
    """Return how many pieces of text the pages of a PDF file print."""
    streams = content.split(b"stream\n")[1::2]
    found = 0
    for stream in streams:
        try:
            found += zlib.decompress(stream.partition(b"\nendstream")[0]).count(b" Tj")
        except zlib.error:
            continue
    return found


def test_it_is_whole_without_scripts(window: Browser, english: Path) -> None:
    window.ask("Emulation.setScriptExecutionDisabled", value=True)
    try:
        window.open(english)
        shown = "[...document.querySelectorAll('.picture img')].filter((p) => p.getClientRects().length).length"
        assert window.run(shown) == len(PANELS)
        assert (
            window.run("[...document.querySelectorAll('button')].filter((b) => b.getClientRects().length).length") == 0
        )
        assert "JavaScript" in window.run("document.querySelector('footer').innerText")
    finally:
        window.ask("Emulation.setScriptExecutionDisabled", value=False)
