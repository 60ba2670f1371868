"""The structure of Morris and Sobol samples: their trajectories and blocks, and those that are complete."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketsim.errors import ResultsError
from marketsim.results.sensitivity.outcomes import Outcome
from marketsim.results.statistics.estimates import FloatArray

MORRIS, SOBOL = "morris", "sobol"
_SAME = 1e-8
"""Coordinates that differ by less are equal: tables keep ten digits."""
FEWEST = {MORRIS: 4, SOBOL: 16}
"""Fewest complete trajectories or blocks from which indices are computed. ASSUMPTION: Campolongo, Cariboni & Saltelli
(2007) begin at ten trajectories and Sobol indices want hundreds of blocks; below these the intervals say nothing."""


@dataclass(frozen=True)
class Blocks:
    """The complete trajectories of a Morris sample, or blocks of a Sobol sample.

    Attributes:
        coordinates: their points, complete blocks only, shape (blocks x size, parameters).
        values: the outcome there.
        kept: which points of the outcome these are.
        size: points in a block.
        complete: number of complete blocks.
        designed: number of blocks in the design.
        second_order: whether a Sobol sample carries indices of pairs.
    """

    coordinates: FloatArray
    values: FloatArray
    kept: NDArray[np.bool_]
    size: int
    complete: int
    designed: int
    second_order: bool = False


def blocks_of(found: Outcome) -> Blocks:
    """Return the complete blocks of a Morris or Sobol sample; a point without result takes its whole block away.

    Raises:
        ResultsError: the points are not in the order of such a sample, or too few blocks are complete.
    """
    coordinates = found.coordinates.to_numpy(dtype=np.float64)
    size = block_size(found.design, coordinates)
    if size is None:
        raise ResultsError(
            f"the points of {found.choice.name} do not have the structure of a {found.design.capitalize()} sample"
        )
    complete = np.asarray(found.known.reshape(-1, size).all(axis=1), dtype=np.bool_)
    kept = np.repeat(complete, size)
    blocks = Blocks(
        coordinates[kept],
        found.values[kept],
        kept,
        size,
        int(complete.sum()),
        len(complete),
        found.design == SOBOL and size == 2 * coordinates.shape[1] + 2,
    )
    fewest, word = FEWEST[found.design], block_word(found.design)
    if blocks.complete < fewest:
        raise ResultsError(
            f"{found.choice.name} has {blocks.complete} complete {word} of {blocks.designed}; "
            f"{found.design.capitalize()} indices need at least {fewest}"
        )
    return blocks


def inferred_design(coordinates: FloatArray, texts: pd.DataFrame) -> str:
    """Return the kind of design that points seem to be, where nobody tells: what their coordinates or values allow."""
    if coordinates.size and np.isfinite(coordinates).all():
        fitting = (design for design in (MORRIS, SOBOL) if block_size(design, coordinates) is not None)
        return next(fitting, "latin_hypercube")
    levels = texts.nunique().to_numpy()
    return "grid" if len(texts.drop_duplicates()) == len(texts) == int(np.prod(levels)) else "list"


def block_word(design: str) -> str:
    """Return what the blocks of a sample are called."""
    return "trajectories" if design == MORRIS else "blocks"


def block_size(design: str, coordinates: FloatArray) -> int | None:
    """Return the number of points in a block of a sample; None where the points are not in the order of one."""
    count = coordinates.shape[1]
    sizes: tuple[int, ...] = {MORRIS: (count + 1,), SOBOL: (2 * count + 2, count + 2)}.get(design, ())
    fits = {MORRIS: _are_trajectories, SOBOL: _are_sobol_blocks}
    for size in sizes:
        if len(coordinates) and len(coordinates) % size == 0 and np.isfinite(coordinates).all():
            blocks = coordinates.reshape(-1, size, count)
            if fits[design](blocks):
                return size
    return None


def morris_levels(blocks: Blocks) -> int:
    """Return the number of levels of a Morris sample, from the length d of its steps: p / (2 (p - 1)) = d."""
    steps = np.abs(np.diff(blocks.coordinates.reshape(-1, blocks.size, blocks.coordinates.shape[1]), axis=1))
    length = float(steps.max())
    return round(2 * length / (2 * length - 1))


def _are_trajectories(blocks: FloatArray) -> bool:
    """Tell whether each step of each block moves one parameter, every one once and all by the same length."""
    steps = np.abs(np.diff(blocks, axis=1))
    moved = steps > _SAME
    lengths = steps[moved]
    once = bool((moved.sum(axis=1) == 1).all() and (moved.sum(axis=2) == 1).all())
    return once and bool(np.ptp(lengths) < _SAME and lengths.min() > 0.5)


def _are_sobol_blocks(blocks: FloatArray) -> bool:
    """Tell whether the first and last point of each block are crossed one parameter at a time, in order."""
    size, count = blocks.shape[1:]
    first, last = blocks[:, :1], blocks[:, -1:]
    crossed = np.broadcast_to(np.eye(count, dtype=np.bool_), (len(blocks), count, count))
    expected = [np.where(crossed, last, first)]
    if size == 2 * count + 2:
        expected.append(np.where(crossed, first, last))
    return bool(np.abs(blocks[:, 1:-1] - np.concatenate(expected, axis=1)).max() < _SAME)
