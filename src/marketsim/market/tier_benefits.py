"""What a tier brings its customers, in price and in service, and what a demotion takes away (M2)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from marketsim.market.experience import RESPONSIVENESS
from marketsim.market.levers import Levers
from marketsim.market.population import ORDINARY
from marketsim.market.records import Records
from marketsim.market.segments import Behaviour

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


class Offered(NamedTuple):
    """What a retailer's tiers bring.

    Attributes:
        discount: CNY/MWh. Shape (4,).
        service: utility of the service, logits. Shape (segments, regions, 4).
    """

    discount: FloatArray
    service: FloatArray


def offered(
    discount: FloatArray, levers: Levers, retailer: int, wait_gap: FloatArray, weights: FloatArray, behaviour: Behaviour
) -> Offered:
    """Return what a retailer's tiers bring: their discount, and a service benefit in logits.

    The service benefit values quality as the choice of a retailer does (E20): service sensitivity x quality weight x
    quality. Quality is the share of the gap above the base quality that the levers for the tier close (E7), and, in
    responsiveness, what the tier does not lose by waiting longer than the best served (E13).

    Args:
        discount: its tier discounts, CNY/MWh. Shape (4,).
        levers: all levers.
        retailer: the retailer.
        wait_gap: wait beyond the best-served tier's, half times. Shape (regions, 4).
        weights: mean quality weights. Shape (segments, 6).
        behaviour: parameters of the segments and of quality.
    """
    left = np.ones((*levers.covers.shape[1:], weights.shape[1]))
    for row in range(levers.first[retailer], levers.first[retailer + 1]):
        closed = levers.rows[row]["effects"] * levers.rows[row]["intensity"]
        left *= 1.0 - levers.covers[row][..., None] * closed
    quality = (1.0 - float(behaviour.experience["base_quality"])) * (1.0 - left)
    quality[..., RESPONSIVENESS] += 0.5**wait_gap
    sensitivity = behaviour.segments["service_sensitivity"][:, None, None]
    return Offered(discount, sensitivity * np.einsum("srkd,sd->srk", quality, weights))


def of_customers(tiers: Offered, customers: Records) -> FloatArray:
    """Return what each tier would bring some customers beyond the ordinary tier, logits. Shape (customers, 4).

    A discount is worth price sensitivity x discount / bill at signing, as in the choice of a retailer (E20).
    """
    price = customers["price_sensitivity"] / np.maximum(customers["reference_bill"], 1e-9)
    whole = price[:, None] * tiers.discount + tiers.service[customers["segment"], customers["region"]]
    result: FloatArray = whole - whole[:, [ORDINARY]]
    return result


def share_lost(benefits: FloatArray, before: IntArray, after: IntArray) -> FloatArray:
    """Return the benefit that each customer loses between two tiers, as a share of the best tier's; 0 where none is any good."""
    everyone = np.arange(len(benefits))
    lost = benefits[everyone, before] - benefits[everyone, after]
    best = benefits.max(axis=1)
    share = np.divide(lost, best, out=np.zeros_like(lost), where=best > 0.0)
    result: FloatArray = np.clip(share, 0.0, 1.0)
    return result
