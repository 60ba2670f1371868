"""Scenarios to start from: a short commented one for the user, and a tiny one to compile the rules with."""

from __future__ import annotations

from pathlib import Path

from marketsim.errors import Problem, ScenarioError
from marketsim.scenario.layers import LIBRARY, preset_names
from marketsim.scenario.paths import no_such

_TEXT = """\
# A study on top of the shipped market {market}. Run it:   marketsim run {file}
# Check it first:   marketsim check {file}     What a field means:   marketsim explain retailers.tiers
extends: {market}
title: {title}
question: Does it pay to serve the best 5 % of customers first?
focus: Alpha                            # the retailer whose decision it is

run:
  months: 60                            # length of a run; policies begin after warmup_months
  warmup_months: 12
  replications: 10                      # worlds in which base and policies are compared
  agents: 3000                          # simulated customers; each may stand for several real ones
  seed: 1

retailers:
  Alpha:                                # what is not given here is as in the market {market}
    tiers:
      key: {{rule: {{value_pct: 5}}}}       # the top 5 % of its customers by value; no benefit yet

policies:                               # named changes to the base: path of a field, and its new value
  lane:                                 # key customers are served first
    retailers.Alpha.desks.contact.discipline: priority
    retailers.Alpha.desks.field.discipline: priority
  lane_and_staff:                       # ... and a tenth more staff answers the telephone
    retailers.Alpha.desks.contact.discipline: priority
    retailers.Alpha.desks.field.discipline: priority
    retailers.Alpha.desks.contact.staff_factor: 1.1
  discount:                             # instead: 4 CNY/MWh off for key customers
    retailers.Alpha.tiers.key.discount_cny_per_mwh: 4

assumptions:                            # uncertain inputs: is the answer the same at both ends?
  behaviour.fairness.visibility: [0, 1]
  behaviour.fairness.legitimacy: [0, 1]
  segments.{segment}.service_sensitivity: [{low}, {high}]
"""
_SEGMENTS = {"full_choice": ("residential", 1.5, 6)}
"""Segment whose taste for service is varied, with low and high value, where it is not large industry."""


def starter_text(file: str, market: str) -> str:
    """Return a scenario that validates and runs.

    Args:
        file: name of the file it is meant for.
        market: name of a shipped market.

    Raises:
        ScenarioError: there is no such market.
    """
    if market not in preset_names():
        raise ScenarioError(
            [Problem("--market", no_such("shipped market", market, preset_names()), market)], "the command"
        )
    segment, low, high = _SEGMENTS.get(market, ("large_industrial", 2.5, 10))
    title = Path(file).stem.replace("_", " ").strip().capitalize() or "A study"
    return _TEXT.format(file=file, market=market, title=f'"{title}"', segment=segment, low=low, high=high)


def write_starter(file: str, market: str) -> None:
    """Write a scenario to start from.

    Raises:
        ScenarioError: the file exists already, cannot be written, or there is no such market.
    """
    text = starter_text(file, market)
    try:
        with Path(file).open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise ScenarioError(
            [Problem("", f"{file} exists already; choose another name, or remove it first")], file
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ScenarioError([Problem("", f"{file} cannot be written: {reason}")], file) from None


def tiny_market() -> Path:
    """Return the file of a market of a few customers that uses every kind of offer, desk and lever."""
    return LIBRARY / "tiny.yaml"
