"""Draws: distributions, independence of neighbouring keys, and values that never change."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from marketsim.market.draws import (
    exponential,
    gamma,
    gumbel,
    mix,
    name_key,
    normal,
    part_key,
    poisson,
    purpose_key,
    uniform,
    world_key,
)

FloatArray = NDArray[np.float64]
COUNT = 20_000
RARE = 1e-3
"""A test at a fixed seed is content with any p-value above this."""
WORLD = world_key(1, 0)
ROOT = purpose_key(WORLD, "a test", 3)


def keys(root: np.uint64 = ROOT, count: int = COUNT) -> list[np.uint64]:
    """Return the keys of so many customers."""
    return [part_key(root, number) for number in range(count)]


def drawn(rule, *arguments: float, root: np.uint64 = ROOT, count: int = COUNT) -> FloatArray:  # type: ignore[no-untyped-def]
    """Return a draw for each of so many customers."""
    return np.array([rule(key, *arguments) for key in keys(root, count)], dtype=np.float64)


def by_part(part: str) -> FloatArray:
    """Return uniform draws in which one part of the key runs through neighbouring values."""
    numbers = range(COUNT)
    found = {
        "seed": lambda n: purpose_key(world_key(n, 0), "search", 0),
        "replication": lambda n: purpose_key(world_key(1, n), "search", 0),
        "month": lambda n: purpose_key(WORLD, "search", n),
        "customer": lambda n: part_key(ROOT, n),
        "alternative": lambda n: part_key(part_key(ROOT, 5), n),
    }[part]
    return np.array([uniform(found(n)) for n in numbers])


PARTS = ("seed", "replication", "month", "customer", "alternative")


# Values that never change: another machine, or another version, must not give another world


def test_keys_and_draws_are_the_same_everywhere() -> None:
    """Worked out once with whole numbers of Python, by the definition."""
    assert hex(name_key("Alpha")) == "0x4763259154744781"
    assert hex(name_key("售电公司")) == "0x4a86fb052ead2a4e"
    assert hex(WORLD) == "0x39d3aea78ae0139"
    assert hex(ROOT) == "0x467104b98f574f13"
    assert uniform(ROOT) == 0.7406058292049397
    assert normal(ROOT) == pytest.approx(1.6630289092030772, rel=1e-14)
    assert gamma(ROOT, 2.5) == pytest.approx(3.9529463660803135, rel=1e-13)
    assert poisson(ROOT, 3.0) == 4


def test_the_mixer_is_that_of_the_literature() -> None:
    """First outputs of SplitMix64 from seed 0: its state grows by the golden ratio before each mixing."""
    golden = 0x9E3779B97F4A7C15
    outputs = [mix(np.uint64(golden * step % 2**64)) for step in (1, 2, 3)]
    assert [hex(value) for value in outputs] == ["0xe220a8397b1dcdaf", "0x6e789e6aa1b965f4", "0x6c45d188009454f"]


def test_a_purpose_has_its_own_draws_whatever_else_is_drawn() -> None:
    assert len({int(purpose_key(WORLD, name, month)) for name in ("search", "taste") for month in (-1, 0, 1)}) == 6


# Uniform


def unmixed(output: int) -> np.uint64:
    """Return the key that is mixed to the given bits."""

    def unshifted(value: int, shift: int) -> int:
        result = value
        for _ in range(64 // shift):
            result = value ^ (result >> shift)
        return result

    state = unshifted(output, 31)
    state = unshifted(state * pow(0x94D049BB133111EB, -1, 2**64) % 2**64, 27)
    return np.uint64(unshifted(state * pow(0xBF58476D1CE4E5B9, -1, 2**64) % 2**64, 30))


def test_the_ends_of_the_interval_are_never_reached() -> None:
    highest, lowest = unmixed(2**64 - 1), unmixed(0)
    assert int(mix(highest)) == 2**64 - 1
    assert 1.0 - 2.0**-52 < uniform(highest) < 1.0
    assert 0.0 < uniform(lowest) < 2.0**-52
    for rule in (gumbel, exponential):
        assert math.isfinite(rule(highest))
        assert math.isfinite(rule(lowest))


@pytest.mark.parametrize("part", PARTS)
def test_neighbouring_keys_give_uniform_draws(part: str) -> None:
    values = by_part(part)
    assert stats.kstest(values, "uniform").pvalue > RARE
    low_bits = np.floor(values * 2**40) % 16
    assert stats.chisquare(np.bincount(low_bits.astype(int))).pvalue > RARE


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("distance", [1, 2, 64])
def test_neighbouring_keys_give_independent_draws(part: str, distance: int) -> None:
    values = np.floor(by_part(part) * 10).astype(int)
    pairs = values[:-distance] * 10 + values[distance:]
    assert stats.chisquare(np.bincount(pairs, minlength=100)).pvalue > RARE


def test_purposes_and_worlds_are_independent_of_each_other() -> None:
    roots = [
        purpose_key(world_key(1, replication), purpose, 0) for replication in (0, 1) for purpose in ("search", "taste")
    ]
    table = np.array([drawn(uniform, root=root, count=5000) for root in roots])
    off_diagonal = np.corrcoef(table)[np.triu_indices(4, 1)]
    assert np.abs(off_diagonal).max() < 4 / math.sqrt(5000)


def test_the_order_of_the_parts_of_a_key_matters() -> None:
    assert part_key(part_key(ROOT, 1), 2) != part_key(part_key(ROOT, 2), 1)


# Other distributions


def test_normal_draws() -> None:
    values = drawn(normal)
    assert stats.kstest(values, "norm").pvalue > RARE
    assert values.mean() == pytest.approx(0, abs=4 / math.sqrt(COUNT))
    assert values.var() == pytest.approx(1, abs=4 * math.sqrt(2 / COUNT))
    assert np.corrcoef(values[:-1], values[1:])[0, 1] == pytest.approx(0, abs=4 / math.sqrt(COUNT))


def test_exponential_draws() -> None:
    assert stats.kstest(drawn(exponential), "expon").pvalue > RARE


def test_gumbel_draws() -> None:
    assert stats.kstest(drawn(gumbel), "gumbel_r").pvalue > RARE


@pytest.mark.parametrize("shape", [0.05, 0.5, 1.0, 4.5, 30.0])
def test_gamma_draws(shape: float) -> None:
    values = drawn(gamma, shape)
    assert stats.kstest(values, "gamma", args=(shape,)).pvalue > RARE
    assert values.mean() == pytest.approx(shape, abs=4 * math.sqrt(shape / COUNT))


@pytest.mark.parametrize("mean", [0.02, 0.8, 5.0, 60.0])
def test_poisson_draws(mean: float) -> None:
    values = drawn(poisson, mean).astype(int)
    edges = np.unique(stats.poisson.ppf(np.linspace(0.02, 0.98, 12), mean)).astype(int)
    found = np.bincount(np.searchsorted(edges, values), minlength=len(edges) + 1)
    expected = np.diff(np.concatenate([[0.0], stats.poisson.cdf(edges, mean), [1.0]])) * COUNT
    assert stats.chisquare(found, expected).pvalue > RARE


def test_nobody_raises_tickets_at_rate_zero() -> None:
    assert not drawn(poisson, 0.0, count=1000).any()


@settings(deadline=None, derandomize=True, max_examples=200)
@given(st.integers(0, 2**64 - 1), st.floats(0, 50), st.floats(0, 50))
def test_more_expected_tickets_never_give_fewer(key: int, mean: float, more: float) -> None:
    assert poisson(np.uint64(key), mean + more) >= poisson(np.uint64(key), mean)


def test_best_of_gumbel_draws_is_a_logit_choice() -> None:
    """Shares e^v / sum e^v, and only they, follow from utilities with Gumbel draws."""
    utilities = np.array([0.0, 0.5, -1.0])
    draws = np.array([[gumbel(part_key(key, place)) for place in range(3)] for key in keys(count=10_000)])
    shares = np.bincount((utilities + draws).argmax(axis=1)) / 10_000
    expected = np.exp(utilities) / np.exp(utilities).sum()
    assert shares == pytest.approx(expected, abs=4 * 0.5 / math.sqrt(10_000))
