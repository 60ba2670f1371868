"""How much of an outcome each parameter of a sweep explains: Morris, Sobol, and measures from any given points."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from marketsim.errors import ResultsError
from marketsim.results.sensitivity.given_data import GRID, given_data_rows, is_complete_grid, variance_rows
from marketsim.results.sensitivity.outcomes import Outcome, missing_sentence, noise
from marketsim.results.sensitivity.rows import NOISE, Row, share_of_noise, tidy
from marketsim.results.sensitivity.sample_blocks import MORRIS, SOBOL, Blocks, block_word, blocks_of, morris_levels

RESAMPLES = 1000
"""Bootstrap resamples behind each interval."""
ZIP = "zip"
_MOST_DRAWN, _FEWEST_RESAMPLES = 4_000_000, 100
"""Values that the bootstrap of Sobol indices draws at once, which bounds its memory, and fewest resamples."""


def sensitivities(found: Outcome, seed: int) -> pd.DataFrame:
    """Return the sensitivity indices of an outcome, by the method that fits the design of its sweep.

    Morris and Sobol samples give their own indices; a complete grid is taken apart exactly; any other points give the
    share of the variance that each parameter explains by itself. Points without a result take the whole trajectory or
    block of a sample with them; other designs go on without them.

    Args:
        found: the outcome.
        seed: seed of the bootstrap.

    Returns:
        A frame in `sensitivity_rows.SENSITIVITY_COLUMNS`. ``n`` is the number of points used. Intervals are of 95 %.
        Indices of an outcome that does not vary are missing. ``noise`` is what the chance of the worlds adds at most
        (see `share_of_noise`).

    Raises:
        ResultsError: the design cannot tell parameters apart, or too few points have results.
    """
    if found.design == MORRIS:
        return tidy(found, MORRIS, morris_rows(found, seed))
    if found.design == SOBOL:
        return tidy(found, SOBOL, sobol_rows(found, seed))
    if found.design == ZIP and len(found.parameters) > 1:
        raise ResultsError(
            f"{found.choice.name} is of design zip: all parameters change together, so that their effects cannot be told "
            "apart; use a grid, or a sampled design"
        )
    if found.design == GRID and is_complete_grid(found):
        return tidy(found, "variance", variance_rows(found, seed, RESAMPLES))
    return tidy(found, "", given_data_rows(found, seed, RESAMPLES))


def left_out(found: Outcome) -> str:
    """Say what points without results cost an analysis; nothing where all have."""
    text = missing_sentence(found)
    if not text:
        return ""
    if found.design in (MORRIS, SOBOL):
        blocks = blocks_of(found)
        dropped = blocks.designed - blocks.complete
        return f"{text}; {dropped} of {blocks.designed} {block_word(found.design)} are left out of the indices"
    if found.design == GRID:
        return f"{text}; the grid has gaps, so its variance cannot be taken apart exactly"
    return f"{text}; the analysis goes on without them"


def morris_rows(found: Outcome, seed: int) -> Iterator[Row]:
    """Yield mu, mu* and sigma of the elementary effects (Morris 1991; Campolongo, Cariboni & Saltelli 2007).

    An effect is the change of the outcome for a move over the whole range of a parameter. ``noise`` is the mu* that a
    parameter without any effect would show by the chance of the worlds, were that independent from point to point;
    common worlds make it smaller.
    """
    from SALib.analyze import morris

    blocks = blocks_of(found)
    levels = morris_levels(blocks)
    seeded = np.random.default_rng(seed)
    indices = morris.analyze(
        _problem(found), blocks.coordinates, blocks.values, RESAMPLES, num_levels=levels, seed=seeded
    )
    n, unit = len(blocks.values), found.unit
    for place, name in enumerate(found.parameters):
        star, reach = float(indices["mu_star"][place]), float(indices["mu_star_conf"][place])
        yield Row(name, "mu_star", star, star - reach, star + reach, n, unit)
        yield Row(name, "mu", float(indices["mu"][place]), n=n, unit=unit)
        yield Row(name, "sigma", float(indices["sigma"][place]), n=n, unit=unit)
    step = levels / (2 * (levels - 1))
    error = float(np.mean(noise(found)[blocks.kept]))
    yield Row("", NOISE, 2 * error / (step * np.sqrt(np.pi)), n=n, unit=unit)


def sobol_rows(found: Outcome, seed: int) -> Iterator[Row]:
    """Yield first-order, total and, where the sample carries them, second-order indices (Saltelli et al. 2010)."""
    blocks = blocks_of(found)
    names, n = found.parameters, len(blocks.values)
    indices = _sobol_indices(found, blocks, seed)
    for place, name in enumerate(names):
        for index in ("S1", "ST"):
            value, reach = float(indices[index][place]), float(indices[f"{index}_conf"][place])
            yield Row(name, index, value, value - reach, value + reach, n)
    if blocks.second_order:
        for first in range(len(names)):
            for second in range(first + 1, len(names)):
                value, reach = (float(indices[index][first, second]) for index in ("S2", "S2_conf"))
                yield Row(f"{names[first]} x {names[second]}", "S2", value, value - reach, value + reach, n)
    yield Row("", NOISE, share_of_noise(noise(found)[blocks.kept], blocks.values), n=n)


def _sobol_indices(found: Outcome, blocks: Blocks, seed: int) -> Any:
    from SALib.analyze import sobol

    if np.ptp(blocks.values) == 0:
        count = len(found.parameters)
        nothing = dict.fromkeys(("S1", "S1_conf", "ST", "ST_conf"), np.full(count, np.nan))
        return nothing | dict.fromkeys(("S2", "S2_conf"), np.full((count, count), np.nan))
    whole = int(np.random.SeedSequence(seed).generate_state(1)[0]) or 1  # SALib takes 0 for no seed
    resamples = min(max(_MOST_DRAWN // blocks.complete, _FEWEST_RESAMPLES), RESAMPLES)
    return sobol.analyze(_problem(found), blocks.values, blocks.second_order, resamples, seed=whole)


def _problem(found: Outcome) -> dict[str, Any]:
    """Return the problem in the words of SALib; its parameters are numbered, as users may name theirs as they like."""
    count = len(found.parameters)
    return {"num_vars": count, "names": [f"x{place}" for place in range(count)], "bounds": [[0.0, 1.0]] * count}
