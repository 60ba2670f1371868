"""Tickets: the expected load that customers put on the desks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.market.rows import customer, row, rows
from tests.markets import lively

from marketsim.market.exact import as_float
from marketsim.market.frame import build_frame
from marketsim.market.levers import Levers, build_levers
from marketsim.market.population import CUSTOMER
from marketsim.market.segments import SEGMENT
from marketsim.market.tickets import CASE, CONTACT, FIELD, TicketRates, kept_share, ticket_load

SHARES = np.array([[0.85, 0.10, 0.05]] * 4)


def levers(app: float = 0.0) -> Levers:
    """The levers of the lively market: the app deflects up to 30 % of contact tickets at Alpha."""
    study = lively().study
    return build_levers(build_frame(study, study), study, {("Alpha", "app"): app})


def load_of(*members: dict[str, Any], surge: float = 1.0, app: float = 0.0) -> np.ndarray[Any, Any]:
    """Load by retailer, desk, region, segment and tier; everybody raises two tickets a month."""
    population = rows(CUSTOMER, *({"weight": 1.0, "tier": 3, "digital_affinity": 0.5, **m} for m in members))
    load = np.zeros((4, 3, 2, 3, 4), dtype=np.int64)
    segments = np.array([row(SEGMENT, tickets_per_month=2.0)] * 3)
    ticket_load(population, 0, len(population), segments, TicketRates(SHARES, surge), levers(app), load)
    return as_float(load)


def test_expected_tickets_by_desk() -> None:
    load = load_of({"retailer": 1, "segment": 2, "region": 1, "tier": 0, "weight": 30.0})
    assert load[1, :, 1, 2, 0] == pytest.approx([51, 6, 3], abs=1e-6)
    assert load.sum() == pytest.approx(60, abs=1e-6)


def test_a_surge_raises_them_all() -> None:
    assert load_of({"retailer": 1}, surge=1.5).sum() == pytest.approx(3.0, abs=1e-6)


def test_a_digital_channel_keeps_contact_tickets_from_the_desk() -> None:
    load = load_of({"retailer": 0, "digital_affinity": 0.8}, app=0.5)
    assert load[0, :, 0, 0, 3] == pytest.approx([1.7 * (1 - 0.3 * 0.5 * 0.8), 0.2, 0.1], abs=1e-6)
    others = load_of({"retailer": 1, "digital_affinity": 0.8}, app=0.5)
    assert others[1, CONTACT].sum() == pytest.approx(1.7, abs=1e-6)


def test_share_kept_is_what_no_lever_deflects() -> None:
    use = levers(app=1.0)
    member = customer(retailer=0, digital_affinity=0.5)
    assert kept_share(member, use.first, use.rows, use.covers) == pytest.approx(0.85)


def test_the_case_desk_is_loaded_by_the_expected_number_of_complaints() -> None:
    load = load_of({"retailer": 1, "complaint_chance": 0.25, "weight": 4.0})
    assert load[1, CASE].sum() == pytest.approx(0.05 * 8 + 1.0, abs=1e-6)
    assert load[1, FIELD].sum() == pytest.approx(0.8, abs=1e-6)
    drawn = load_of({"retailer": 1, "complaint_age": 1, "weight": 4.0})
    assert drawn[1, CASE].sum() == pytest.approx(0.4, abs=1e-6)
