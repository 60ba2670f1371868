"""The indices of a market: retailers, segments, regions and offers in name order, the same for base and policy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marketsim.market.draws import name_key
from marketsim.scenario.study import Study

KeyArray = NDArray[np.uint64]


@dataclass(frozen=True)
class Frame:
    """What an index stands for, in every array of the market.

    Attributes:
        retailers: names; index `len(retailers)` is the default supplier.
        segments: names.
        regions: names.
        offers: (retailer, offer) pairs of base and policy together.
        retailer_keys: keys of the retailers' names, for draws.
        offer_keys: keys of the offers' names, for draws.
    """

    retailers: tuple[str, ...]
    segments: tuple[str, ...]
    regions: tuple[str, ...]
    offers: tuple[tuple[str, str], ...]
    retailer_keys: KeyArray
    offer_keys: KeyArray

    @property
    def default_supplier(self) -> int:
        """Index of the supplier of last resort, after all retailers."""
        return len(self.retailers)


def build_frame(base: Study, policy: Study) -> Frame:
    """Return the common indices of a base market and the same market under a policy."""
    retailers = tuple(sorted(base.retailers))
    offers = sorted(
        {(name, offer) for study in (base, policy) for name in retailers for offer in study.retailers[name].offers}
    )
    return Frame(
        retailers=retailers,
        segments=tuple(sorted(base.segments)),
        regions=tuple(sorted(base.market.regions)),
        offers=tuple(offers),
        retailer_keys=np.array([name_key(f"retailer {name}") for name in retailers], dtype=np.uint64),
        offer_keys=np.array([name_key(f"offer {name} {offer}") for name, offer in offers], dtype=np.uint64),
    )
