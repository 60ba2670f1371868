"""Agent-based simulation of differentiated service in a competitive electricity retail market."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from marketsim.experiments.study import run_study
    from marketsim.scenario.loading import load_scenario
    from marketsim.simulation.run import simulate

__version__ = "0.1.0"
__all__ = ["__version__", "load_scenario", "run_study", "simulate"]

_HOMES = {
    "load_scenario": "marketsim.scenario.loading",
    "run_study": "marketsim.experiments.study",
    "simulate": "marketsim.simulation.run",
}
"""Modules of the public functions; imported when first used, so that the command line starts quickly."""


def __getattr__(name: str) -> Any:
    """Import a public function when it is first used."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'marketsim' has no attribute {name!r}")


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(__all__)
