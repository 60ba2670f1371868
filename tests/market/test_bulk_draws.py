"""Draws for many customers at once are the draws of each."""

import numpy as np

from marketsim.market.bulk_draws import extended, normals, poissons, uniforms
from marketsim.market.draws import extend, normal, poisson, purpose_key, uniform, world_key

KEY = purpose_key(world_key(3, 1), "anything", 7)
CUSTOMERS = np.array([0, 1, 2, 2**40, 2**64 - 1], dtype=np.uint64)


def test_bulk_draws_are_the_single_draws() -> None:
    keys = [np.uint64(extend(KEY, customer)) for customer in CUSTOMERS]
    assert extended(KEY, CUSTOMERS).tolist() == [int(key) for key in keys]
    assert uniforms(KEY, CUSTOMERS).tolist() == [uniform(key) for key in keys]
    np.testing.assert_allclose(normals(KEY, CUSTOMERS), [normal(key) for key in keys], rtol=1e-13)


def test_poisson_numbers_are_the_single_ones_at_every_mean() -> None:
    for mean in (0.0, 0.3, 2.0, 30.0):
        expected = [poisson(np.uint64(extend(KEY, customer)), mean) for customer in CUSTOMERS]
        assert poissons(KEY, CUSTOMERS, mean).tolist() == expected
