"""Why an analysis of a sweep is not made, or not of all points: what the results say, in the language of the edition."""

from __future__ import annotations

import re
from functools import cache

from marketsim.reporting.language import message, say

_TEMPLATES = (
    message(
        "{name} is of design zip: all parameters change together, so that their effects cannot be told apart; use a grid, or "
        "a sampled design"
    ),
    message(
        "{name} has {points} points with results, too few to tell the parameters apart: numbers need {fewest}, and values that "
        "repeat need {repeated} points each"
    ),
    message("the points of {name} do not have the structure of a {design} sample"),
    message("{name} has {complete} complete trajectories of {designed}; {design} indices need at least {fewest}"),
    message("{name} has {complete} complete blocks of {designed}; {design} indices need at least {fewest}"),
    message(
        "{lost} of {all} points have no result (their runs failed or did not take place); {dropped} of {designed} trajectories "
        "are left out of the indices"
    ),
    message(
        "{lost} of {all} points have no result (their runs failed or did not take place); {dropped} of {designed} blocks "
        "are left out of the indices"
    ),
    message(
        "{lost} of {all} points have no result (their runs failed or did not take place); the grid has gaps, so its variance "
        "cannot be taken apart exactly"
    ),
    message(
        "{lost} of {all} points have no result (their runs failed or did not take place); the analysis goes on without them"
    ),
    message("{lost} of {all} points have no result (their runs failed or did not take place)"),
)
"""What the results say, with places for what varies; the longest first where one begins like another."""


def reason_text(text: str) -> str:
    """Return what the results say in the language of the edition; unknown texts stay as they are."""
    for template in _TEMPLATES:
        found = _pattern(template).fullmatch(text)
        if found:
            translated = say(template, **found.groupdict())
            return text if translated == template.format(**found.groupdict()) else translated
    return text


@cache
def _pattern(template: str) -> re.Pattern[str]:
    """Return a pattern of all texts of a template; of points one `has` and several `have` no result."""
    pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+?)", re.escape(template))
    return re.compile(pattern.replace(r"points\ have\ no", r"points\ (?:have|has)\ no"))
