"""What `marketsim compare` puts side by side: policies of stored studies, as a user names them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import ValidationError

from marketsim.errors import ResultsError, ScenarioError
from marketsim.results.storage.folders import is_results
from marketsim.results.storage.store import StudyResult, load
from marketsim.results.tables import BASE
from marketsim.scenario.paths import no_such
from marketsim.scenario.service import TIERS
from marketsim.scenario.study import Study
from marketsim.scenario.tier_rules import tier_rules

ROOT = Path("results")
"""Where a bare name is looked for."""


@dataclass(frozen=True)
class Side:
    """The base or a policy of a stored study.

    Attributes:
        label: what it is called: its policy, and its study where there are several.
        study: the results.
        policy: the policy, or the base.
    """

    label: str
    study: StudyResult
    policy: str

    @property
    def seed(self) -> int:
        """Seed of its worlds: with the same one, the same number is the same world."""
        return int(self.study.manifest["seed"])

    @cached_property
    def kpis(self) -> pd.DataFrame:
        """Its key figures, under its label."""
        kpis = self.study.kpis
        return kpis[kpis["policy"].astype(str) == self.policy].assign(policy=self.label)

    def tier_rules(self, retailer: str) -> str | None:
        """Return who belongs to the tiers of a retailer, as text; None where its scenario can no longer be read."""
        plain: dict[str, Any] = self.study.manifest["scenario"]
        tiers = plain.get("retailers", {}).get(retailer, {}).get("tiers", {})
        rules = {f"retailers.{retailer}.tiers.{tier}.rule": (tiers.get(tier) or {}).get("rule") for tier in TIERS[:-1]}
        if self.policy != BASE:
            try:
                rules |= tier_rules(Study.model_validate_json(json.dumps(plain)), self.policy)
            except (ValidationError, ScenarioError, KeyError):
                return None
        return json.dumps(rules, sort_keys=True)


def sides_of(arguments: Sequence[str], root: Path = ROOT) -> list[Side]:
    """Return what the arguments name, the reference first, each once.

    An argument is the folder of a study, or its name below `root`, with or without ``:policy``. Without a policy the
    first is the base of its study, and every other one is the base and all policies of its study. One study alone is
    its base and all its policies.

    Raises:
        ResultsError: an argument names nothing, or there are not two sides.
    """
    places = [_place_of(argument, root) for argument in arguments]
    studies = {folder.resolve(): folder for folder, _ in places}
    loaded = {key: load(folder) for key, folder in studies.items()}
    wanted: list[tuple[Path, str]] = []
    for number, (folder, policy) in enumerate(places):
        key = folder.resolve()
        known = policies_of(loaded[key])
        if policy is not None and policy not in known:
            raise ResultsError(f"{arguments[number]}: {no_such('policy', policy, known)}")
        whole = [BASE] if number == 0 and len(places) > 1 else known
        wanted += [(key, name) for name in ([policy] if policy is not None else whole)]
    wanted = list(dict.fromkeys(wanted))
    if len(wanted) < 2:
        raise ResultsError(f"{arguments[0]} is all there is; name another study, or another policy as STUDY:policy")
    names = _names(studies)
    return [
        Side(policy if len(studies) == 1 else f"{names[key]}:{policy}", loaded[key], policy) for key, policy in wanted
    ]


def policies_of(study: StudyResult) -> list[str]:
    """Return the base and the policies that have results, in the order of the scenario."""
    present = set(study.kpis["policy"].astype(str))
    order = [BASE, *study.manifest["policies"]]
    return [name for name in order if name in present]


def _place_of(argument: str, root: Path) -> tuple[Path, str | None]:
    """Return the folder and the policy that an argument names; a name may hold colons itself."""
    for folder_name, policy in _readings(argument):
        for folder in (Path(folder_name), root / folder_name):
            if folder_name and is_results(folder):
                return folder, policy
    name = next((name for name, _ in _readings(argument) if Path(name).is_dir() or (root / name).is_dir()), None)
    if name is not None:
        raise ResultsError(f"{argument}: {name} holds no marketsim results; it has no manifest.json of a study")
    known = sorted(path.name for path in root.iterdir() if is_results(path)) if root.is_dir() else []
    below = f"; below {root} there are: {', '.join(known)}" if known else f", and nothing below {root}"
    raise ResultsError(f"{argument}: there is no results folder of that name{below}")


def _readings(argument: str) -> Iterator[tuple[str, str | None]]:
    yield argument, None
    for place in reversed(range(len(argument))):
        if argument[place] == ":" and argument[place + 1 :]:
            yield argument[:place], argument[place + 1 :]


def _names(studies: dict[Path, Path]) -> dict[Path, str]:
    """Return the shortest names that tell the folders apart: that of the folder, or the path as given."""
    short = [key.name for key in studies]
    return {key: key.name if short.count(key.name) == 1 else str(given) for key, given in studies.items()}
