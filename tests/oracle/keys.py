"""Keys of draws in plain Python: what a draw is for, in the order in which the model names it."""

from __future__ import annotations

import numpy as np

from marketsim.market.draws import part_key


def keyed(key: np.uint64, *parts: int | np.uint64) -> np.uint64:
    """Return the key of a draw: of a purpose, then for example of a customer, then of an offer."""
    for part in parts:
        key = part_key(key, int(part))
    return key
