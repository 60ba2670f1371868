"""What a forecast error of a book's energy is, and what it costs (M13, E21)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from marketsim.market.sums import sums_by

FloatArray = NDArray[np.float64]


def forecast_error_sd(base_sd: float, customer_sd: float, squared_shares: FloatArray, saving: FloatArray) -> FloatArray:
    """Return the relative standard deviation of the forecast error of each book.

    Args:
        base_sd: what all customers have in common.
        customer_sd: of one customer by itself; it averages out over a book.
        squared_shares: sum of the squared shares of customers in the book's energy: 1 over its effective number.
        saving: share of the error that levers avoid.
    """
    result: FloatArray = np.sqrt(base_sd**2 + customer_sd**2 * squared_shares) * (1.0 - saving)
    return result


def deviation_penalty(energy: FloatArray, errors: FloatArray, band: float, rate: float, price: float) -> FloatArray:
    """Return the penalty for a month's deviations, CNY: rate x price x energy x max(0, |error| - band) (E21).

    The band is a share of the metered energy, as is the error, so that a month's penalty is proportional to energy.

    Args:
        energy: MWh metered.
        errors: energy less the declared volume, over energy.
        band: free deviation.
        rate: penalty as a share of the price.
        price: CNY/MWh.
    """
    result: FloatArray = rate * price * energy * np.maximum(0.0, np.abs(errors) - band)
    return result


def expected_excess(sd: float, band: float) -> float:
    """Return E max(0, |x| - band) for a normal x of mean 0 (closed form)."""
    if sd <= 0.0:
        return 0.0
    z = band / sd
    density = math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)
    beyond = 0.5 * math.erfc(z / math.sqrt(2.0))
    return 2.0 * sd * (density - z * beyond)


def squared_shares(weights: FloatArray, energy: FloatArray, books: NDArray[np.int64], count: int) -> FloatArray:
    """Return the sum of squared shares of single customers in each book's energy; 0 for a book without energy.

    Args:
        weights: customers that each row stands for.
        energy: MWh of one of them.
        books: the book of each row.
        count: number of books.
    """
    total = sums_by(books, weights * energy, count)
    squares = sums_by(books, weights * energy**2, count)
    return np.divide(squares, total**2, out=np.zeros(count), where=total > 0.0)
