"""Staff that follows the service standard."""

from __future__ import annotations

GAIN = 0.25
"""Relative change of staff for each unit by which the share within the standard misses the target (ASSUMPTION).

Near the target one per cent of staff moves that share by three or four points; a larger gain would swing to and fro.
"""
MOST_CORRECTION = 0.2
"""No correction of a desk that keeps up is larger than this share of its staff (ASSUMPTION)."""
TOLERANCE = 0.02
"""A desk this near its target is left alone (ASSUMPTION)."""
SUSTAINABLE_UTILISATION = 0.85
"""Staff that cannot keep up is brought to this utilisation (ASSUMPTION)."""
MOST_GROWTH = 1.5
"""Nobody hires more than half of a team at a time: what piled up goes away again, new staff does not (ASSUMPTION)."""


def staff_factor(attained_share: float, target_share: float, utilisation_needed: float) -> float:
    """Return the factor by which the staff of a desk is to change.

    The correction is in proportion to the gap, up to 20 %; a desk that would have needed more than 85 % utilisation
    to handle all that came gets what it takes, up to half as many again.

    Args:
        attained_share: last month's share of tickets within the standard in the busiest hours.
        target_share: the share aimed at.
        utilisation_needed: work that came over the working time of the staff.
    """
    gap = target_share - attained_share
    correction = 0.0 if abs(gap) <= TOLERANCE else max(-MOST_CORRECTION, min(MOST_CORRECTION, GAIN * gap))
    return max(1.0 + correction, min(MOST_GROWTH, utilisation_needed / SUSTAINABLE_UTILISATION))
