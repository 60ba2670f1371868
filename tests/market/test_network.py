"""The small world in which customers talk (M10)."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import shortest_path

from marketsim.market.draws import purpose_key, world_key
from marketsim.market.network import NOBODY, small_world
from marketsim.market.population import CUSTOMER
from marketsim.market.records import Records

KEY = purpose_key(world_key(5, 0), "contacts")
Contacts = NDArray[np.int32]


def people(*sizes: int, regions: int = 1) -> Records:
    """Return segments of these sizes, whose customers live in the regions by turns."""
    count = sum(sizes)
    population = np.zeros(count, dtype=CUSTOMER)
    population["key"] = np.arange(count) * 77 + 5
    population["segment"] = np.repeat(np.arange(len(sizes)), sizes)
    population["region"] = np.arange(count) % regions
    return population


def world(population: Records, degree: int = 6, rewiring: float = 0.1) -> Contacts:
    return small_world(population, degree, rewiring, KEY)


def test_everybody_listens_to_so_many_others_of_its_segment_and_region() -> None:
    population = people(700, 400, regions=3)
    contacts = world(population)
    assert contacts.shape == (1100, 6)
    assert contacts.dtype == np.int32
    assert (contacts >= 0).all()
    assert (contacts != np.arange(1100)[:, None]).all()
    for name in ("segment", "region"):
        assert (population[name][contacts] == population[name][:, None]).all(), name


def test_without_rewiring_contacts_are_the_nearest_of_a_ring() -> None:
    contacts = world(people(10), degree=4, rewiring=0.0)
    assert {tuple(sorted((row - place) % 10)) for place, row in enumerate(contacts)} == {(1, 2, 8, 9)}
    odd = world(people(10), degree=3, rewiring=0.0)
    assert {tuple(sorted((row - place) % 10)) for place, row in enumerate(odd)} == {(1, 2, 9)}


def test_so_many_ties_lead_anywhere() -> None:
    ring, some, random = (world(people(20000), rewiring=share) for share in (0.0, 0.1, 1.0))
    moved = (some != ring).mean()
    assert moved == pytest.approx(0.1, abs=4 * np.sqrt(0.1 * 0.9 / ring.size) + 1e-4)
    distance = (random - np.arange(20000)[:, None]) % 20000
    assert distance.mean() == pytest.approx(10000, rel=0.02)
    assert np.bincount(distance.ravel() * 10 // 20000).min() > 0.97 * 12000
    assert np.bincount(random.ravel(), minlength=20000).max() < 30


def clustering(contacts: Contacts) -> float:
    """Share of pairs of contacts of one customer of whom one listens to the other."""
    listens = {(i, int(j)) for i, row in enumerate(contacts) for j in row}
    pairs = [(int(a), int(b)) for row in contacts for a in row for b in row if a != b]
    return float(np.mean([pair in listens for pair in pairs]))


def mean_distance(contacts: Contacts) -> float:
    count, degree = contacts.shape
    graph = csr_array((np.ones(contacts.size), contacts.ravel(), np.arange(count + 1) * degree), shape=(count, count))
    distances = shortest_path(graph, unweighted=True)
    return float(distances[np.isfinite(distances)].mean())


def test_a_little_rewiring_shortens_paths_and_keeps_circles_of_friends() -> None:
    """Watts & Strogatz 1998: distances fall at once, clustering only when most ties are rewired."""
    ring, small, random = (world(people(1000), rewiring=share) for share in (0.0, 0.1, 1.0))
    assert clustering(ring) == pytest.approx(0.6)
    assert clustering(small) > 0.35
    assert clustering(random) < 0.03
    assert mean_distance(ring) > 80
    assert mean_distance(small) < 8
    assert mean_distance(random) < 5


@pytest.mark.parametrize("size", [1, 2, 3, 6, 7, 8])
def test_groups_of_any_size(size: int) -> None:
    """In a group of at most 7 everybody listens to everybody; places that are left stay empty."""
    contacts = world(people(20, size, 20), rewiring=0.5)[20 : 20 + size]
    others = min(6, size - 1)
    assert ((contacts != NOBODY).sum(axis=1) == others).all()
    assert ((contacts == NOBODY) | ((contacts >= 20) & (contacts < 20 + size))).all()
    assert (contacts != np.arange(20, 20 + size)[:, None]).all()
    if size <= 7:
        assert all(len(set(row[row >= 0])) == others for row in contacts)


def test_nobody_has_no_contacts() -> None:
    assert world(people(0)).shape == (0, 6)


def test_another_group_more_moves_no_tie() -> None:
    """What a customer's ties are depends on its own group alone."""
    one, two = people(300), people(300, 50)
    assert (world(one) == world(two)[:300]).all()


def test_worlds_differ_and_are_each_the_same_again() -> None:
    population = people(300)
    assert (world(population) == world(population)).all()
    other = small_world(population, 6, 0.1, purpose_key(world_key(5, 1), "contacts"))
    assert (world(population) != other).any()


def test_neighbours_lie_close_in_memory() -> None:
    contacts = world(people(30000, regions=3))
    assert np.median(np.abs(contacts - np.arange(30000)[:, None])) <= 9
