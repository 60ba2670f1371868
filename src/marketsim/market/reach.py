"""Whom the levers in use reach, and how strongly, customer by customer; sums of customers by supplier, segment, tier."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from marketsim.market.levers import DIGITAL, IN_PERSON, Levers
from marketsim.market.population import ORDINARY
from marketsim.market.records import Records

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


def covered(population: Records, levers: Levers, lever: int) -> BoolArray:
    """Return who is covered by a lever in use: customers of its retailer whom it is meant for."""
    row = levers.rows[lever]
    retailer = int(np.searchsorted(levers.first, lever, side="right")) - 1
    meant = levers.covers[lever][population["segment"], population["region"], population["tier"]]
    tagged = (population["tags"] & row["tags"]) == row["tags"]
    result: BoolArray = (population["retailer"] == retailer) & meant & tagged & (population["alive"] > 0)
    return result


def strength(population: Records, levers: Levers, lever: int) -> FloatArray:
    """Return how strongly each customer takes up a lever, 0-1: intensity, times affinity, times match (E4, E7)."""
    row, affinity = levers.rows[lever], population["digital_affinity"]
    kinds = {DIGITAL: affinity, IN_PERSON: 1.0 - affinity}
    taken_up = kinds.get(int(row["affinity"]), 1.0) * row["intensity"]
    if not row["universal"]:
        taken_up = taken_up * population["match"]
    result: FloatArray = np.where(covered(population, levers, lever), taken_up, 0.0)
    return result


def closed_gap(population: Records, levers: Levers, hook: str) -> FloatArray:
    """Return 1 - prod(1 - hook x strength) over the levers that reach each customer: shares saved, avoided, covered."""
    left = np.ones(len(population))
    for lever in np.flatnonzero(levers.rows[hook] != 0.0).tolist():
        left *= 1.0 - levers.rows[lever][hook] * strength(population, levers, lever)
    return 1.0 - left


def added(population: Records, levers: Levers, hook: str) -> FloatArray:
    """Return the sum of hook x strength over the levers that reach each customer: logits, tickets, costs."""
    total = np.zeros(len(population))
    for lever in np.flatnonzero(levers.rows[hook] != 0.0).tolist():
        total += levers.rows[lever][hook] * strength(population, levers, lever)
    return total


def hook_factors(population: Records, levers: Levers, hook: str) -> FloatArray:
    """Return the product of a factor over the levers that reach each customer, each as strong as it is taken up."""
    factor = np.ones(len(population))
    for lever in np.flatnonzero(levers.rows[hook] != 1.0).tolist():
        factor *= 1.0 - (1.0 - levers.rows[lever][hook]) * strength(population, levers, lever)
    return factor


def retailer_gain(levers: Levers, hook: str, retailers: int) -> FloatArray:
    """Return 1 - prod(1 - hook x intensity) over each retailer's levers, whoever is covered. Shape (retailers,)."""
    left = np.ones(retailers)
    for j in range(retailers):
        rows = levers.rows[levers.first[j] : levers.first[j + 1]]
        left[j] = np.prod(1.0 - rows[hook] * rows["intensity"])
    return 1.0 - left


def tally(population: Records, values: FloatArray | float, retailers: int, segments: int) -> FloatArray:
    """Return weighted sums of a value by supplier, segment and tier. Shape (retailers + 1, segments, 4)."""
    tiers = ORDINARY + 1
    cell = (population["retailer"] * segments + population["segment"]) * tiers + population["tier"]
    amounts = np.where(population["alive"] > 0, population["weight"] * values, 0.0)
    sums: FloatArray = np.bincount(cell, amounts, minlength=(retailers + 1) * segments * tiers).astype(np.float64)
    result: FloatArray = sums.reshape(retailers + 1, segments, tiers)
    return result
