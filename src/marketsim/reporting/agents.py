"""On how few simulated customers a study rests, where they stand for more than themselves."""

from __future__ import annotations

from dataclasses import dataclass

from marketsim.market.sampling import CARRIED_SHARE, FEWEST_CARRIERS, allocate_agents, carriers
from marketsim.reporting.language import say, segment_name
from marketsim.reporting.numbers import joined
from marketsim.reporting.view import StudyView
from marketsim.results.tables import BASE

_FEWEST_OF_A_SEGMENT = 50


@dataclass(frozen=True)
class _Crowd:
    """The customers of a contestable segment, their energy in any unit, and the agents that stand for them."""

    customers: int
    energy: float
    agents: int


def few_agents(view: StudyView) -> str:
    """Return a caution where most of the energy, or a whole segment, rests on few sampled agents; else nothing."""
    crowds = _crowds(view)
    if not crowds or all(crowd.agents >= crowd.customers for crowd in crowds.values()):
        return ""
    parts = []
    rest = carriers({n: c.agents for n, c in crowds.items()}, {n: c.energy for n, c in crowds.items()})
    if rest < FEWEST_CARRIERS:
        parts.append(_few_carriers(rest))
    small = [
        say("{segment} ({agents})", segment=segment_name(name), agents=crowd.agents)
        for name, crowd in crowds.items()
        if crowd.agents < min(_FEWEST_OF_A_SEGMENT, crowd.customers)
    ]
    if small:
        parts.append(
            say("fewer than {count} agents stand for {segments}", count=_FEWEST_OF_A_SEGMENT, segments=joined(small))
        )
    if not parts:
        return ""
    return say(
        "Few agents: {what}, so chance draws of single customers move the results; raise run.agents.",
        what=parts[0] if len(parts) == 1 else say("{one} and {other}", one=parts[0], other=parts[1]),
    )


def _few_carriers(agents: int) -> str:
    return say(
        "{share}% of the energy rests on {agents} agents (fewer than {least})",
        share=f"{100 * CARRIED_SHARE:.0f}",
        agents=agents,
        least=FEWEST_CARRIERS,
    )


def _crowds(view: StudyView) -> dict[str, _Crowd]:
    """Return the contestable segments; none where every customer is an agent or sizes are not known."""
    total = view.run_settings.get("agents", "all")
    if total == "all":
        return {}
    listed = _from_files(view)
    segments = view.study["segments"]
    sampled = {name: segment for name, segment in segments.items() if not segment.get("customers_file")}
    customers = {name: int(segment["customers"]) for name, segment in sampled.items()}
    energy = {name: customers[name] * float(segment["energy_mwh_per_month"]) for name, segment in sampled.items()}
    left = max(len(sampled), int(total) - sum(crowd.agents for crowd in listed.values()))
    agents = allocate_agents(customers, energy, left) if sampled else {}
    found = listed | {name: _Crowd(customers[name], energy[name], agents[name]) for name in sampled}
    return {name: found[name] for name in view.contestable_segments if name in found}


def _from_files(view: StudyView) -> dict[str, _Crowd]:
    """Return the segments whose accounts were read from a file, as the first month of a base run counts them."""
    names = [name for name, segment in view.study["segments"].items() if segment.get("customers_file")]
    if not names:
        return {}
    table = view.table("segment_month")
    first = table[(table["policy"] == BASE) & (table["month"] == 0)]
    first = first[first["replication"] == first["replication"].min()]
    sums = first.groupby("segment", observed=True)[["customers", "energy_mwh"]].sum()
    return {
        name: _Crowd(
            round(sums.loc[name, "customers"]), float(sums.loc[name, "energy_mwh"]), round(sums.loc[name, "customers"])
        )
        for name in names
        if name in sums.index
    }
