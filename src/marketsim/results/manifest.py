"""What identifies a result: the scenario, its hash, and the versions that computed it."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from marketsim import __version__
from marketsim.scenario.loaded import Scenario

FORMAT = "marketsim results"
FORMAT_VERSION = 2
SHORT_HASH_DIGITS = 12

_LIBRARIES = ("numpy", "scipy", "numba", "mesa", "pandas", "pyarrow", "pydantic")


_REPORT = "report"


def _version_of(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"


def resolved(scenario: Scenario) -> dict[str, Any]:
    """Return the whole study, with all defaults filled in, as plain JSON values."""
    plain: dict[str, Any] = scenario.study.model_dump(mode="json")
    return plain


def scenario_hash(scenario: Scenario) -> str:
    """Return the SHA-256, in hex, of all that determines the results.

    These are the resolved scenario without what it says of reports, the contents of its data files and the version of the
    model; not its layout, comments or order, nor the time, the machine or the folder.
    """
    return _digest(resolved(scenario), scenario.data.file_hashes, __version__)


def recomputed_hash(manifest: Mapping[str, Any]) -> str:
    """Return the hash of a study from the scenario, data files and version that its manifest holds."""
    return _digest(manifest["scenario"], manifest["data_files"], manifest["marketsim"])


def _digest(scenario: Any, data: Mapping[str, str], model: str) -> str:
    market = {name: part for name, part in scenario.items() if name != _REPORT}
    parts = {"scenario": market, "data": data, "model": model}
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def begun(scenario: Scenario, command: str) -> dict[str, Any]:
    """Return what is noted of a study when it is begun, for people who find it unfinished."""
    return {
        "format": FORMAT,
        "name": scenario.name,
        "hash": scenario_hash(scenario),
        "command": command,
        "marketsim": __version__,
        "source": scenario.source,
    }


def build(
    scenario: Scenario, *, status: str, policies: tuple[str, ...], counts: Mapping[str, Any], command: str
) -> dict[str, Any]:
    """Return the manifest of a study's results.

    Args:
        scenario: what was run.
        status: complete, failed (a run did not finish) or interrupted.
        policies: the policies that were run, besides the base.
        counts: numbers of runs by status, of the main runs, of reference runs if any, and of the assumption checks.
        command: the command that makes the results again; empty when run from Python.
    """
    digest = scenario_hash(scenario)
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "name": scenario.name,
        "status": status,
        "hash": digest,
        "short_hash": digest[:SHORT_HASH_DIGITS],
        "seed": scenario.study.run.seed,
        "command": command,
        "policies": list(policies),
        "runs": dict(counts),
        "marketsim": __version__,
        "python": platform.python_version(),
        "libraries": {name: _version_of(name) for name in _LIBRARIES},
        "source": scenario.source,
        "data_files": dict(scenario.data.file_hashes),
        "text": scenario.text,
        "scenario": resolved(scenario),
    }
