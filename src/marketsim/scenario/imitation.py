"""Levers that rivals show, planted at intensity 0 with everybody who might copy them (M14)."""

from __future__ import annotations

from marketsim.scenario.retailers import Retailer
from marketsim.scenario.service import LeverUse
from marketsim.scenario.study import Study


def visible(study: Study, lever: str) -> bool:
    """Return whether rivals can see a lever in use."""
    return lever not in study.adaptation.imitation.hidden_levers


def with_visible_levers(study: Study) -> Study:
    """Return the study with every lever that somebody shows in the hands of all who may use it, at intensity 0.

    A copy covers whom the original covers; of several originals the first by name of the retailer counts. Without
    imitation it is the very study that was given.
    """
    if not study.adaptation.imitation.enabled:
        return study
    shown: dict[str, LeverUse] = {}
    for name in sorted(study.retailers):
        for lever, use in study.retailers[name].levers.items():
            if visible(study, lever):
                shown.setdefault(lever, use.model_copy(update={"intensity": 0.0, "cost_factor": 1.0}))
    retailers = {name: _planted(study, retailer, shown) for name, retailer in study.retailers.items()}
    return study.model_copy(update={"retailers": retailers})


def _planted(study: Study, retailer: Retailer, shown: dict[str, LeverUse]) -> Retailer:
    able = {lever: use for lever, use in shown.items() if retailer.kind in study.levers[lever].retailer_kinds}
    return retailer.model_copy(update={"levers": able | retailer.levers})
