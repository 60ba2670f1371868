from __future__ import annotations

import base64
from html.parser import HTMLParser
from pathlib import Path

import pytest
from tests.reporting.synthetic import FakeResult, Lane, result_of, study_of

from marketsim.reporting.answer import answer
from marketsim.reporting.charts.catalogue import draw_all, write_charts
from marketsim.reporting.report import render, write_report
from marketsim.reporting.view import StudyView

VOID = {"meta", "img", "br", "link", "input", "hr"}
HOSTILE = '<script>alert(1)</script>&"$x_1$'
ALPHA = "<b>Älpha</b> 阿尔法"


class Page(HTMLParser):
    """Reads a page and notes what is not well formed, every attribute, and the text outside tags."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.errors: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.errors.append(f"</{tag}> at {self.getpos()}")

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


@pytest.fixture(scope="module")
def path(widths: FakeResult) -> Path:
    return write_report(widths)


@pytest.fixture(scope="module")
def page(path: Path) -> Page:
    return Page(path.read_text(encoding="utf-8"))


def test_the_page_is_well_formed(page: Page) -> None:
    assert page.errors == []
    assert page.open == []


def test_nothing_is_fetched_from_anywhere(page: Page, path: Path) -> None:
    sources = [value for tag, name, value in page.attributes if name == "src"]
    assert sources
    assert all(source.startswith("data:image/png;base64,") for source in sources)
    links = [value for _, name, value in page.attributes if name == "href"]
    assert len(links) == len(sources)
    assert all(link.startswith("data:text/csv;base64,") for link in links)
    text = path.read_text(encoding="utf-8")
    assert "http://" not in text
    assert "https://" not in text
    assert "@import" not in text
    assert "url(" not in text


def test_the_numbers_of_every_chart_travel_with_the_page(page: Page, path: Path) -> None:
    links = {}
    for tag, name, value in page.attributes:
        if tag == "a" and name in ("download", "href"):
            links.setdefault(name, []).append(value)
    for file, link in zip(links["download"], links["href"], strict=True):
        assert base64.b64decode(link.partition(",")[2]) == (path.parent / "charts" / file).read_bytes()


def test_the_answer_comes_first_and_the_rest_in_order(page: Page, widths: FakeResult) -> None:
    found = answer(StudyView(widths))
    wanted = [
        widths.manifest["scenario"]["question"],
        found.headline,
        *found.sentences,
        "Who gains and who loses",
        "How the effect moves from lane_1 to lane_100",
        "What theory expects",
        "All policies",
        "What could overturn the answer",
        "Assumptions",
        "What the answer rests on",
        "Method",
        "Provenance",
    ]
    places = [page.text.find(" ".join(text.split())) for text in wanted]
    assert -1 not in places
    assert places == sorted(places)


def test_every_figure_has_a_description_and_its_origin(page: Page, widths: FakeResult) -> None:
    descriptions = [value for tag, name, value in page.attributes if (tag, name) == ("img", "alt")]
    assert len(descriptions) == len([1 for tag, name, _ in page.attributes if (tag, name) == ("img", "src")]) >= 9
    for description in descriptions:
        assert len(description) > 60
        assert (
            f"n = 4 replications · 95 % intervals · months 25 to 36 · seed 1 · scenario {widths.manifest['short_hash']}"
            in description
        )


def test_tables_have_heads_that_name_their_scope(page: Page) -> None:
    scopes = [value for tag, name, value in page.attributes if (tag, name) == ("th", "scope")]
    heads = [tag for tag, _, _ in page.attributes if tag == "th"]
    assert len(scopes) == len(heads)
    assert set(scopes) == {"row", "col"}


def test_assumptions_method_and_origin_are_told(page: Page, widths: FakeResult) -> None:
    for text in (
        "behaviour.fairness.visibility",
        "0 to 1",
        "more assumptions that were not varied",
        "behaviour.fairness.wait_weight",
        "month 37: price shock, size 0.3, for 6 months",
        "common random numbers",
        "Staff is set at the start and again when policies begin",
        "Customers are assigned to tiers again by Alpha, Beta, Delta and Gamma every 6 months",
        "List prices follow the forward price.",
        "Months are counted from 1 here",
        "Left out in this study: wrong and ageing customer records, outages and restoration",
        widths.manifest["hash"],
        "marketsim run scenarios/vip_lane.yaml",
        widths.manifest["libraries"]["numpy"],
        "question: made up",
    ):
        assert text in page.text, text


def test_it_is_the_same_every_time(widths: FakeResult, path: Path) -> None:
    view = StudyView(widths)
    found = answer(view)
    charts = draw_all(view, found)
    pictures = {chart.name: (path.parent / "charts" / f"{chart.name}.png").read_bytes() for chart in charts}
    assert render(view, found, charts, pictures) == path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    policies = {HOSTILE: Lane(), "专线_20": Lane(width=20.0)}
    study = study_of(policies, focus=ALPHA, retailers=(ALPHA, "Beta"), months=30, replications=2)
    folder = Path(tmp_path_factory.mktemp("hostile"))
    result = result_of(study, policies, folder, text="</pre><script>alert(2)</script>", status="interrupted", failed=1)
    return write_report(result)


def test_names_are_escaped_and_can_all_be_drawn(hostile: Path) -> None:
    text = hostile.read_text(encoding="utf-8")
    page = Page(text)
    assert page.errors == []
    assert "<script" not in text
    assert "<b>" not in text
    assert HOSTILE in page.text
    assert ALPHA in page.text
    assert "专线_20" in page.text


def test_what_went_wrong_stands_at_the_top(hostile: Path) -> None:
    text = Page(hostile.read_text(encoding="utf-8")).text
    first = text.index("1 of 18 runs failed") if "1 of 18 runs failed" in text else text.index("runs failed")
    assert first < text.index("Who gains and who loses")
    assert text.index("The study was interrupted") < text.index("Who gains and who loses")


def test_a_single_world_and_no_policy_have_a_report(tmp_path_factory: pytest.TempPathFactory) -> None:
    study = study_of({}, months=30, replications=1, check_replications=0)
    result = result_of(study, {}, Path(tmp_path_factory.mktemp("bare")), with_checks=False)
    view = StudyView(result)
    found = answer(view)
    charts = [chart for chart in draw_all(view, found) if chart.name in ("flows", "waits_contact")]
    text = Page(render(view, found, charts, write_charts(charts, result.folder / "charts"))).text
    assert "Only one world has results" in text
    assert "There is no policy to compare" in text
    assert "The study names no policy." in text
