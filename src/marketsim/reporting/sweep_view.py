"""The sweeps of a results folder as a report reads them: one subject for each sweep, policy and figure."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from marketsim.reporting import style
from marketsim.reporting.charts.wrapping import wrapped
from marketsim.reporting.language import message, say, translated
from marketsim.reporting.measures import PROFIT, tier_title, title_in_sentence
from marketsim.reporting.numbers import Scale, counted, digits_for, scale_for
from marketsim.results.key_figures import Kpi, kpi
from marketsim.results.sensitivity.outcomes import SWEEP, SWEEP_POINTS, Choice, Outcome, in_order, names_in, outcome
from marketsim.results.sensitivity.sample_blocks import inferred_design
from marketsim.results.tables import ALL

Manifest = Mapping[str, Any]
CHECKS_DESIGN = "assumption checks"
"""What stands for the design where the ends of assumptions were run in place of a sweep."""
_DESIGNS = {
    "grid": message("grid"),
    "zip": message("zip"),
    "list": message("list"),
    "table": message("table"),
    "latin_hypercube": message("latin hypercube"),
    "morris": message("morris"),
    "sobol": message("sobol"),
    CHECKS_DESIGN: message("assumption checks"),
}
_TENTH = re.compile(r"(-?[\d.]+(?:e[-+]?\d+)?) to (-?[\d.]+(?:e[-+]?\d+)?)")
"""A tenth of the values of a parameter, as `results.sensitivity.profiles` names it."""
_KINDS = {"lever": message("lever"), "uncertainty": message("uncertainty")}


@dataclass(frozen=True)
class Swept:
    """A sweep under one policy, with what is needed to speak of it.

    Attributes:
        stem: beginning of the names of its files.
        found: the outcome at its points.
        several_policies: whether the sweep has other policies.
        seed: seed of what is drawn at random in its analysis.
        origin: seed and scenario of the runs.
    """

    stem: str
    found: Outcome
    several_policies: bool
    seed: int
    origin: str

    @property
    def name(self) -> str:
        """Name of the sweep."""
        return self.found.choice.name

    @property
    def policy(self) -> str:
        """Name of the policy."""
        return self.found.choice.policy

    @property
    def kpi(self) -> Kpi:
        """The key figure."""
        return kpi(self.found.choice.kpi)

    @property
    def scale(self) -> Scale:
        """The scale at which its values are easy to read."""
        return scale_for(self.kpi, self.found.values)

    @property
    def digits(self) -> int:
        """Digits after the point that its intervals justify, and one more than the smallest value needs at the most."""
        return digits_for((self.found.high - self.found.low) / 2 / self.scale.divisor, self.kpi.digits or 1, most=2)

    @property
    def figure(self) -> str:
        """The key figure in a sentence."""
        choice = self.found.choice
        title = title_in_sentence(self.kpi)
        if choice.tier == ALL:
            return say("{figure} of {retailer}", figure=title, retailer=choice.retailer)
        return say(
            "{figure} of {retailer}, {tier}", figure=title, retailer=choice.retailer, tier=tier_title(choice.tier)
        )

    @property
    def footer(self) -> str:
        """What stands under its figures."""
        points = counted(len(self.found.values), "point")
        design = say("{points}, {design}", points=points, design=design_title(self.found.design))
        return f"{worlds_words(self.found)} · {design} · {self.origin}"


def worlds_words(found: Outcome) -> str:
    """Return how many worlds stand behind the values, and which intervals there are."""
    worlds = found.worlds[found.known]
    if not len(worlds):
        return say("no result")
    fewest, most = int(worlds.min()), int(worlds.max())
    if most == 1:
        return f"n = {counted(1, 'replication')} · {say('no interval')}"
    if fewest == most:
        return f"n = {counted(most, 'replication')} · {say('95 % intervals')}"
    return say("n = {fewest} to {most} replications · 95 % intervals", fewest=fewest, most=most)


def design_title(design: str) -> str:
    """Return what a kind of design is called in text."""
    return translated(_DESIGNS.get(design, design.replace("_", " ")))


def parameter_title(found: Outcome, name: str) -> str:
    """Return a parameter with what it is: a lever or an uncertainty."""
    return say("{parameter} ({kind})", parameter=name, kind=kind_title(found.kinds[name]))


def level_title(level: str) -> str:
    """Return a level of a parameter, or the range of a tenth of its values, in the language of the edition."""
    found = _TENTH.fullmatch(level)
    return say("{low} to {high}", low=found[1], high=found[2]) if found else level


def kind_title(kind: str) -> str:
    """Return what a kind of parameter is called."""
    return translated(_KINDS.get(kind, kind))


def sweeps_of(
    answers: Mapping[str, pd.DataFrame], manifest: Manifest, figure: str = PROFIT, tier: str = ALL
) -> list[Swept]:
    """Return the sweeps of a folder under each of their policies, for a figure of the focus retailer.

    A sweep that lacks the figure is told by the first figure that it has.
    """
    sweep, points = answers.get(SWEEP), answers.get(SWEEP_POINTS)
    if sweep is None or points is None or sweep.empty:
        return []
    scenario = manifest.get("scenario", {})
    policies, focus = scenario.get("policies", {}), str(scenario.get("focus", ""))
    found = []
    for number, name in enumerate(names_in(sweep, "name"), start=1):
        rows = sweep[sweep["name"] == name]
        wanted = _figure(rows, focus, figure, tier)
        own = in_order(names_in(rows, "policy"), policies)
        for place, policy in enumerate(own, start=1):
            choice = Choice(name, policy, wanted[2], wanted[0], wanted[1])
            stem = f"sweep_{number}_{place}" if len(own) > 1 else f"sweep_{number}"
            found.append(swept(answers, manifest, choice, stem, several_policies=len(own) > 1))
    return [item for item in found if item.found.known.any()]


def _figure(rows: pd.DataFrame, focus: str, figure: str, tier: str) -> tuple[str, str, str]:
    """Return retailer, tier and key figure: those wanted where the sweep has them, else its first ones."""
    known = list(zip(rows["retailer"].astype(str), rows["tier"].astype(str), rows["kpi"].astype(str), strict=True))
    wanted = (focus or known[0][0], tier, figure)
    return wanted if wanted in known else known[0]


def swept(
    answers: Mapping[str, pd.DataFrame],
    manifest: Manifest,
    choice: Choice,
    stem: str,
    *,
    several_policies: bool = False,
) -> Swept:
    """Return a sweep under one policy."""
    found = outcome(answers[SWEEP], answers[SWEEP_POINTS], choice, design_of(manifest, choice.name))
    if not found.design:
        found = replace(found, design=inferred_design(found.coordinates.to_numpy(dtype=np.float64), found.texts))
    seed = manifest.get("seed", 0)
    if "short_hash" in manifest:
        origin = say("seed {seed} · scenario {hash}", seed=seed, hash=manifest["short_hash"])
    else:
        origin = say("seed {seed}", seed=seed)
    return Swept(stem, found, several_policies, int(seed), origin)


def design_of(manifest: Manifest, name: str) -> str:
    """Return the kind of design of a sweep; empty where the scenario does not tell."""
    return str(_settings(manifest, name).get("design", ""))


def _settings(manifest: Manifest, name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = (manifest.get("scenario", {}).get("sweep") or {}).get(name) or {}
    return found


def parameter_paths(manifest: Manifest, name: str) -> dict[str, str]:
    """Return what each parameter of a sweep changes: its paths in the scenario."""
    settings = _settings(manifest, name)
    found = {}
    for kind in ("levers", "uncertainties"):
        for parameter, entry in (settings.get(kind) or {}).items():
            found[str(parameter)] = ", ".join(_paths(entry))
    return found


def _paths(entry: Mapping[str, Any]) -> list[str]:
    if entry.get("path"):
        return [str(entry["path"])]
    if entry.get("scaled"):
        return [f"{path} (x {factor:g})" for path, factor in entry["scaled"].items()]
    return [str(path) for path in entry.get("paths") or ()]


def under_figure(*lines: str) -> str:
    """Return what stands under a figure: drawable lines that are no wider than it."""
    return "\n".join(wrapped(style.drawable(line)) for line in lines if line)


def finite(values: Any) -> list[float]:
    """Return the numbers among values that are finite."""
    return [float(value) for value in np.ravel(np.asarray(values, dtype=np.float64)) if math.isfinite(value)]
