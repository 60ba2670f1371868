"""The equations of talk, by hand (M10)."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketsim.market.word_of_mouth import (
    News,
    Talkers,
    aware_speakers,
    hearsay_speed,
    learning_probability,
    spilled_over,
    talk_probability,
    talkativeness,
    tell,
)

TALKERS = Talkers(promoter_threshold=0.75, detractor_threshold=0.4, talk_factor=2.0, complaint_factor=3.0)
share = st.floats(0, 1)


def test_who_talks_more_than_others() -> None:
    satisfaction = np.array([0.39, 0.4, 0.75, 0.76, 0.6, 0.3])
    complaining = np.array([False, False, False, False, True, True])
    usual = talkativeness(satisfaction, complaining, np.zeros(6), 6, TALKERS)
    assert usual.tolist() == [2.0, 1.0, 1.0, 2.0, 3.0, 6.0]


def test_a_community_lets_one_talk_as_if_one_had_more_contacts() -> None:
    factor = talkativeness(np.array([0.5, 0.9]), np.zeros(2, dtype=bool), np.array([2.0, 3.0]), 6, TALKERS)
    assert factor == pytest.approx([8 / 6, 2 * 9 / 6])


def test_the_probability_of_a_talk() -> None:
    contacts = np.array([[1, 2, -1], [0, 2, -1], [0, 1, -1]], dtype=np.int32)
    chance = talk_probability(0.1, np.array([1.0, 2.0, 0.0]), np.array([1.0, 2.0, 8.0]), contacts)
    assert chance == pytest.approx(np.array([[0.2, 0.8, 0.0], [0.2, 1.0, 0.0], [0.0, 0.0, 0.0]]))


def test_names_stick_by_those_who_know_them_and_talk() -> None:
    contacts = np.array([[1, 2, -1], [2, 2, -1]], dtype=np.int32)
    talks = np.array([[True, True, False], [True, False, False]])
    awareness = np.array([[0, 0], [1, 0], [1, 1]], dtype=np.uint8)
    assert aware_speakers(contacts, talks, awareness).tolist() == [[2, 1], [1, 1]]


def test_the_probability_to_learn_a_name() -> None:
    aware = np.array([0, 1, 2, 50])
    found = learning_probability(0.1, 0.2, aware)
    assert found == pytest.approx([0.1, 1 - 0.9 * 0.8, 1 - 0.9 * 0.64, 1 - 0.9 * 0.8**50])
    assert learning_probability(0.0, 0.0, aware).tolist() == [0.0] * 4
    assert learning_probability(1.0, 0.0, aware).tolist() == [1.0] * 4
    assert learning_probability(0.0, 1.0, aware).tolist() == [0.0, 1.0, 1.0, 1.0]


def believed(belief: float, *news: tuple[float, float], known: bool = True) -> float:
    """Return the belief after pieces of news, each of a speed and a quality."""
    month = News((1, 1))
    for speed, quality in news:
        month.add(np.array([0]), np.int32(0), np.array([speed]), np.array([quality]))
    return float(month.believed(np.array([[belief]]), np.array([[known]]))[0, 0])


def test_one_talk_moves_a_belief_by_its_share_of_the_distance() -> None:
    assert believed(0.6, (0.2, 0.9)) == pytest.approx(0.6 + 0.2 * 0.3)


def test_several_talks_leave_what_each_leaves() -> None:
    assert believed(0.6, (0.2, 0.9), (0.2, 0.9)) == pytest.approx(0.9 - 0.8**2 * 0.3)
    assert believed(0.6, (0.2, 0.9), (0.6, 0.3)) == pytest.approx(0.6 + (1 - 0.8 * 0.4) * (0.45 - 0.6))


def test_no_word_stays_of_a_name_that_one_does_not_know() -> None:
    assert believed(0.6, (0.2, 0.9), known=False) == 0.6


@given(share, st.lists(st.tuples(share, share), max_size=5))
def test_order_does_not_matter_and_beliefs_stay_within_what_is_heard(
    belief: float, news: list[tuple[float, float]]
) -> None:
    results = [believed(belief, *order) for order in itertools.islice(itertools.permutations(news), 6)]
    assert results == pytest.approx([results[0]] * len(results), abs=1e-12)
    heard = [belief, *(quality for _, quality in news)]
    assert min(heard) - 1e-12 <= results[0] <= max(heard) + 1e-12


def test_bad_news_weighs_what_it_is_said_to() -> None:
    satisfaction = np.array([0.5, 0.59999, 0.6, 0.7])
    assert hearsay_speed(satisfaction, 0.2, 1.0, 0.6) == pytest.approx([0.2] * 4)
    assert hearsay_speed(satisfaction, 0.2, 2.5, 0.6) == pytest.approx([0.5, 0.5, 0.2, 0.2])
    assert hearsay_speed(satisfaction, 0.2, 9.0, 0.6) == pytest.approx([1.0, 1.0, 0.2, 0.2])


def test_equal_news_above_and_below_the_prior_move_equally_unless_bad_news_weighs_more() -> None:
    for weight in (1.0, 3.0):
        bad, good = hearsay_speed(np.array([0.4, 0.8]), 0.2, weight, 0.6)
        fall, rise = 0.6 - believed(0.6, (bad, 0.4)), believed(0.6, (good, 0.8)) - 0.6
        assert fall / rise == pytest.approx(weight)


def test_everybody_tells_of_its_own_retailer() -> None:
    """0 hears 1 (of B) and 2 (of A); 2 hears 1 twice."""
    contacts = np.array([[1, 2], [0, 2], [1, 1]], dtype=np.int32)
    talks = np.array([[True, True], [False, False], [True, True]])
    retailer, satisfaction = np.array([0, 1, 0], dtype=np.int32), np.array([0.5, 0.9, 0.2])
    news = News((3, 3))
    tell(news, contacts, talks, retailer, satisfaction, np.array([0.1, 0.2, 0.4]))
    after = news.believed(np.full((3, 3), 0.6), np.ones((3, 3), dtype=bool))
    expected = [[0.6 - 0.4 * 0.4, 0.6 + 0.2 * 0.3, 0.6], [0.6] * 3, [0.6, 0.9 - 0.8**2 * 0.3, 0.6]]
    assert after == pytest.approx(np.array(expected))


def test_a_scandal_costs_the_trade() -> None:
    before = np.array([[0.6, 0.6, 0.6, 0.6]])
    after = np.array([[0.4, 0.65, 0.5, 0.3]])
    kinds = np.array([0, 0, 1, -1])
    assert spilled_over(before, after, kinds, 0.0) is after
    found = spilled_over(before, after, kinds, 0.5)
    assert found == pytest.approx(np.array([[0.4, 0.65 - 0.1, 0.5, 0.3]]))
    assert spilled_over(before, np.array([[0.0, 0.01, 0.5, 0.5]]), kinds, 1.0).min() == 0.0
