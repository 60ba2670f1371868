from __future__ import annotations

from tests.reporting.handmade import PROFIT, UNCLEAR, handmade
from tests.reporting.synthetic import FakeResult

from marketsim.reporting.answer import answer
from marketsim.reporting.charts.chart import Chart, subject_of
from marketsim.reporting.charts.matrix import matrix
from marketsim.reporting.view import StudyView


def matrix_result() -> FakeResult:
    earns = {
        "hold x hold": (0.0,) * 4,
        "hold x match": (-1.0, -1.1, -0.9, -1.0),
        "match x hold": (2.0, 2.1, 1.9, 2.0),
        "match x match": (2.1, 1.8, 2.2, 1.7),
    }
    result = handmade({name: {PROFIT: found} for name, found in earns.items()})
    sides = {"hold": {}, "match": {}}
    result.manifest["scenario"]["matrix"] = {"rows": sides, "columns": sides}
    return result


def drawn(result: FakeResult) -> Chart | None:
    view = StudyView(result)
    return matrix(subject_of(view, answer(view), view.retailers, view.policies))


def test_every_cell_has_its_value_and_the_best_its_mark() -> None:
    chart = drawn(matrix_result())
    assert chart is not None
    marks = chart.data.set_index(["row", "column"])["mark"]
    assert marks["match", "hold"] == "best"
    assert marks["match", "match"] == "≈", "its paired difference to the best includes zero"
    assert marks["hold", "hold"] == ""
    assert marks["hold", "match"] == ""
    texts = [text.get_text() for text in chart.figure.axes[0].texts]
    assert len(texts) == 4
    assert sum("≈" in text for text in texts) == 1
    assert any(text.endswith("(0.00)") for text in texts), "the cell without any change is the base"


def test_the_finding_names_the_best_and_its_ties() -> None:
    chart = drawn(matrix_result())
    assert chart is not None
    assert "Profit of Alpha is highest at match x hold: 42.60 million CNY a year" in chart.finding
    assert "it cannot be told apart from match x match" in chart.finding


def test_without_a_matrix_there_is_none() -> None:
    assert drawn(handmade({"lane": {PROFIT: UNCLEAR}})) is None
