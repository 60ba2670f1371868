from __future__ import annotations

import pytest
from tests.reporting.handmade import PROFIT, UNCLEAR, UP, check, handmade

from marketsim.reporting.robustness import assumption_title, robustness
from marketsim.reporting.view import StudyView

A, B = "behaviour.fairness.visibility", "segments.sme.service_sensitivity"


def sentence(*checks: dict[str, object], lost: int = 0, profit: tuple[float, ...] = UP) -> str:
    result = handmade({"lane": {PROFIT: profit}}, checks=checks, lost_checks=lost)
    return robustness(StudyView(result), "lane").sentence


def test_a_sign_that_holds_everywhere() -> None:
    text = sentence(check(A, "low", 1, 2), check(A, "high", 1, 3))
    assert text == "The profit effect keeps its sign in 2 of 2 assumption checks."


def test_where_it_turns_is_named_with_its_value() -> None:
    text = sentence(check(A, "low", 1, 2), check(A, "high", -2, -1, value=0.9), check(B, "low", -1, 1))
    assert "keeps its sign in 1 of 3 assumption checks" in text
    assert "it turns if fairness: visibility is high (0.9)" in text
    assert "in 1 it cannot be told" in text


def test_a_sign_within_the_interval_is_told_from_one_beyond_it() -> None:
    text = sentence(check(A, "low", 1, 2), check(A, "high", -1, 3))
    assert text == (
        "The profit effect keeps its sign in 2 of 2 assumption checks, beyond the interval of their few worlds in 1."
    )


def test_many_turns_are_counted() -> None:
    text = sentence(*(check(f"market.x{number}", "low", -2, -1) for number in range(5)))
    assert "or in 3 more checks" in text


def test_without_a_main_sign_the_directions_are_counted() -> None:
    text = sentence(check(A, "low", 1, 2), check(A, "high", -1, 2), profit=UNCLEAR)
    assert text == "Of 2 assumption checks, the profit effect is positive in 1, negative in 0 and cannot be told in 1."


def test_lost_checks_are_counted_and_none_is_said_to_be_none() -> None:
    assert sentence(check(A, "low", 1, 2), lost=1).endswith("; 1 check did not run.")
    assert sentence(lost=2).startswith("None of the assumption checks ran")
    assert sentence().startswith("No assumption was varied")


def test_a_check_of_another_policy_does_not_count() -> None:
    text = sentence(check(A, "low", 1, 2), check(A, "high", -3, -2, policy="other"))
    assert text.startswith("The profit effect keeps its sign in 1 of 1 assumption check;")


@pytest.mark.parametrize(
    ("path", "title"),
    [
        (A, "fairness: visibility"),
        (B, "sme: service sensitivity"),
        ("retailers.Alpha.desks.contact.handle_minutes", "Alpha contact: handle minutes"),
        ("market.forward_premium", "forward premium"),
    ],
)
def test_titles(path: str, title: str) -> None:
    assert assumption_title(path) == title
