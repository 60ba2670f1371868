from __future__ import annotations

import base64
from html.parser import HTMLParser
from pathlib import Path

import pytest
from tests.reporting.synthetic import FakeResult, Lane, result_of, study_of

from marketsim.reporting.answer import answer
from marketsim.reporting.view import StudyView
from marketsim.reporting.write import write_reports

VOID = {"meta", "img", "br", "link", "input", "hr", "col"}
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
        if self.open and self.open[-1] not in ("style", "script"):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


@pytest.fixture(scope="module")
def path(widths: FakeResult) -> Path:
    return write_reports(widths)[0]


@pytest.fixture(scope="module")
def page(path: Path) -> Page:
    return Page(path.read_text(encoding="utf-8"))


def test_the_page_is_well_formed(page: Page) -> None:
    assert page.errors == []
    assert page.open == []


def test_the_numbers_of_every_chart_travel_with_the_page(page: Page, path: Path) -> None:
    links = [
        value for tag, name, value in page.attributes if (tag, name) == ("a", "href") and value.startswith("data:")
    ]
    contents = {base64.b64decode(link.partition(",")[2]) for link in links}
    files = sorted((path.parent / "charts").glob("*.csv"))
    assert len(files) >= 9
    assert contents == {file.read_bytes() for file in files}
    assert {file.stem for file in files} == {file.stem for file in (path.parent / "charts").glob("*.svg")}


def test_the_answer_comes_first_and_the_rest_in_order(page: Page, widths: FakeResult) -> None:
    found = answer(StudyView(widths))
    wanted = [
        found.headline,
        *found.sentences,
        "What changes for whom",
        "How the effect moves from lane_1 to lane_100",
        "All policies",
        "What could overturn the answer",
        "Assumptions and their sources",
        "What the answer rests on",
        "Method",
        "Provenance",
    ]
    text = page.text[page.text.index(" ".join(found.headline.split())) :]
    sayings = len(found.sentences) + 1
    places = [text.find(" ".join(words.split())) for words in wanted[:sayings]]
    places += [text.rfind(words) for words in wanted[sayings:]]
    assert -1 not in places
    assert places == sorted(places)


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
        "Expected",
    ):
        assert text in page.text, text


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    policies = {HOSTILE: Lane(), "专线_20": Lane(width=20.0)}
    study = study_of(policies, focus=ALPHA, retailers=(ALPHA, "Beta"), months=30, replications=2)
    folder = Path(tmp_path_factory.mktemp("hostile"))
    result = result_of(study, policies, folder, text="</pre><script>alert(2)</script>", status="interrupted", failed=1)
    return write_reports(result)[0]


def test_names_are_escaped_and_can_all_be_drawn(hostile: Path) -> None:
    text = hostile.read_text(encoding="utf-8")
    page = Page(text)
    assert page.errors == []
    assert "<script>alert" not in text
    assert "<b>Ä" not in text
    assert HOSTILE in page.text
    assert ALPHA in page.text
    assert "专线_20" in page.text


def test_what_went_wrong_stands_at_the_top(hostile: Path) -> None:
    text = Page(hostile.read_text(encoding="utf-8")).text
    changes = text.rindex("What changes for whom")
    assert text.index("runs failed" if "runs failed" in text else "of 18 runs") < changes
    assert text.index("The study was interrupted") < changes


def test_a_single_world_and_no_policy_have_a_report(tmp_path_factory: pytest.TempPathFactory) -> None:
    study = study_of({}, months=30, replications=1, check_replications=0)
    result = result_of(study, {}, Path(tmp_path_factory.mktemp("bare")), with_checks=False)
    text = Page(write_reports(result)[0].read_text(encoding="utf-8")).text
    assert "Only one world has results" in text
    assert "There is no policy to compare" in text
    assert "The study names no policy." in text
