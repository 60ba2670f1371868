from __future__ import annotations

import pytest
from tests.reporting.handmade import LEVELS, PROFIT, UP, handmade
from tests.reporting.synthetic import FakeResult

from marketsim.reporting.diagnosis import diagnosis, queue_row, standard_minutes
from marketsim.reporting.view import StudyView


def queue(utilisation: float, wait: float, tickets: float) -> dict[tuple[str, str], float]:
    """Return levels of a contact desk."""
    return LEVELS | {
        ("servers_contact", "all"): 10.0,
        ("utilisation_contact", "all"): utilisation,
        ("busy_wait_contact_minutes", "all"): wait,
        ("sla_contact", "all"): 85.0,
        ("customer_pct", "key"): 5.0,
        ("ticket_share_contact", "key"): tickets,
    }


def sentences(utilisation: float = 80.0, wait: float = 5.0, tickets: float = 30.0) -> str:
    result = handmade({"lane": {PROFIT: UP}}, levels=queue(utilisation, wait, tickets))
    return " ".join(diagnosis(StudyView(result), "lane"))


def test_staff_load_and_both_widths_of_the_lane_are_told() -> None:
    text = sentences()
    assert "10.2 on duty in the mean team, busy 81 % of the time" in text
    assert "wait 5.1 min in the busiest hours" in text
    assert "5.1 % of the customers but 30 % of the desk's tickets" in text


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"wait": 0.5}, "Waits are short against the standard"),
        ({"tickets": 70.0}, "Most tickets are in the lane"),
        ({"utilisation": 97.5}, "The desk is overloaded"),
    ],
)
def test_the_reason_follows_the_queue(settings: dict[str, float], reason: str) -> None:
    assert reason in sentences(**settings)
    assert reason not in sentences()


def test_a_proportionate_lane_is_no_surprise() -> None:
    assert "5.1 % of the customers and 5 % of the desk's tickets" in sentences(tickets=5.0)


def test_the_standard_is_that_of_the_desk(lanes: FakeResult) -> None:
    view = StudyView(lanes)
    assert standard_minutes(view, "contact") == 10
    assert standard_minutes(view, "field") != standard_minutes(view, "field"), "it differs by region"


def test_rows_are_those_of_the_summary(lanes: FakeResult) -> None:
    view = StudyView(lanes)
    row = queue_row(view, "lane_20", "contact", "key")
    mean = view.cell("lane_20", "ticket_share_contact", tier="key").level.mean
    assert row.ticket_pct == mean
    assert row.customer_pct == pytest.approx(20)
