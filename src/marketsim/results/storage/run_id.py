"""What identifies a run: the hash of all that determines its results, and of nothing else."""

from __future__ import annotations

import hashlib
import json
import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from marketsim import __version__
from marketsim.scenario.changes import apply, changed_study
from marketsim.scenario.loaded import Scenario
from marketsim.scenario.merging import dump
from marketsim.scenario.tier_rules import tier_rules, touching_tiers
from marketsim.scenario.yaml_tree import Node, node_of, plain

Changes = tuple[tuple[str, Any], ...]

_WORDS = ("title", "question", "expectation", "report")
_QUESTIONS = ("policies", "factors", "matrix", "show", "break_even", "budget", "sweep", "assumptions")
_COUNTS = ("replications", "check_replications")
_MODEL = ("scenario", "market", "simulation")
_FIGURES = ("columns", "customer_value", "formula", "key_figures", "levels", "metrics", "run_result", "sums", "tables")
SHORT = 12
"""Digits of a run's id that are shown to people."""


@cache
def model_version() -> str:
    """Return the version of the model: that of the package, and a hash of the sources that decide what a run gives."""
    digest = hashlib.sha256(__version__.encode())
    package = files("marketsim")
    sources = [source for part in _MODEL for source in _sources(package / part)]
    sources += [package / "results" / f"{name}.py" for name in _FIGURES]
    for source in sources:
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    return f"{__version__}+{digest.hexdigest()[:SHORT]}"


def _sources(folder: Traversable) -> list[Traversable]:
    found = []
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            found += _sources(entry)
        elif entry.name.endswith(".py"):
            found.append(entry)
    return found


@dataclass
class RunIds:
    """Gives every run of a scenario its id.

    A run is determined by the market that it starts with, what a policy turns it into, the world, the contents of the
    data files, the users' strategies, and the version of the model. Names of policies, texts, other policies and what
    else is asked of the study do not enter, so that studies can share runs.

    Attributes:
        scenario: the scenario.
        model: what runs it, where it is not the model of this package.
    """

    scenario: Scenario
    model: str = ""
    _versions: dict[tuple[str, str, str], str] = field(default_factory=dict, repr=False)
    _rules: dict[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict, repr=False)

    def of(self, policy: str, replication: int, changes: Changes = (), tiers_of: str = "") -> str:
        """Return the id of a run, 64 hexadecimal digits.

        Args:
            policy: the policy, or ``base``.
            replication: the world.
            changes: paths and values that are changed in the scenario.
            tiers_of: of a reference run the policy whose tier rules hold in it.
        """
        version = (_text(changes) if changes else "", "" if tiers_of else policy, tiers_of)
        if version not in self._versions:
            self._versions[version] = self._version(changes, *version[1:])
        return hashlib.sha256(f"{self._versions[version]} {replication}".encode()).hexdigest()

    def _version(self, changes: Changes, policy: str, tiers_of: str) -> str:
        """Return the hash of a version of the scenario under a policy, whatever the world."""
        market = _with(self._resolved, dict(changes))
        patch = self._rules_of(changes, tiers_of) if tiers_of else plain(market.value["policies"]).get(policy, {})
        parts = {**self._rest, "before": self._texts(market), "after": self._texts(_with(market, patch))}
        return hashlib.sha256(_text(parts).encode()).hexdigest()

    @cached_property
    def whole(self) -> str:
        """The hash of all that determines any run of the scenario: every section besides its words, data and version."""
        texts = {name: text for name, text in self._own_texts.items() if name not in _WORDS}
        return hashlib.sha256(_text({**self._rest, "scenario": texts}).encode()).hexdigest()

    @cached_property
    def _resolved(self) -> Node:
        return node_of(dump(self.scenario.study))

    @cached_property
    def _rest(self) -> dict[str, Any]:
        data = self.scenario.data
        contents: Any = data.file_hashes
        if not contents and (data.books or data.spot_cny_per_mwh is not None):  # put together in Python, not read
            contents = hashlib.sha256(pickle.dumps((data.books, data.spot_cny_per_mwh))).hexdigest()
        return {
            "model": f"{self.model} {model_version()}".strip(),
            "data": contents,
            "bands": data.band_shares,
            "strategies": data.strategy_code,
        }

    @cached_property
    def _own_texts(self) -> dict[str, str]:
        return {name: _section_text(name, node) for name, node in self._resolved.value.items()}

    def _texts(self, tree: Node) -> dict[str, str]:
        """Return the sections that decide what a run gives, each as text; those of the scenario itself are known."""
        own = self._resolved.value
        return {
            name: self._own_texts[name] if node is own.get(name) else _section_text(name, node)
            for name, node in tree.value.items()
            if name not in (*_WORDS, *_QUESTIONS)
        }

    def _rules_of(self, changes: Changes, policy: str) -> Mapping[str, Any]:
        """Return the tier rules of a policy."""
        version = (_text(touching_tiers(changes)), policy)
        if version not in self._rules:
            study = self.scenario.study
            changed = changed_study(study, dict(changes), policy) if changes else study
            self._rules[version] = tier_rules(changed, policy)
        return self._rules[version]


def _with(tree: Node, changes: Mapping[str, Any]) -> Node:
    """Return a tree with values put in; sections that do not change are the same objects."""
    if not changes:
        return tree
    return apply(tree, {path: node_of(value) for path, value in changes.items()}, plain(tree))[0]


def _section_text(name: str, node: Node) -> str:
    data = plain(node)
    return _text({key: value for key, value in data.items() if key not in _COUNTS} if name == "run" else data)


def _text(value: Any) -> str:
    """Return one text for equal values: keys in order, 3 for 3.0."""
    return json.dumps(_plain(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
