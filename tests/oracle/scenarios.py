"""Random small markets with every kind of offer, tier rule, desk, lever and event, and a policy for each."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st
from tests.oracle import switches

from marketsim.scenario.loaded import AccountBook, Scenario, ScenarioData
from marketsim.scenario.loading import load_scenario
from marketsim.scenario.service import TIERS
from marketsim.scenario.study import Study

SCENARIOS = Path(__file__).parents[2] / "scenarios"
REGIONS = ("rural", "suburban", "urban")
RETAILERS = ("Alpha", "Beta", "Delta", "Gamma")
SEGMENTS = ("commercial", "large_industrial", "sme_industrial")
LEVERS = ("digital_channel", "everything", "home_visit", "one_stop", "staff_training")
EVERYTHING = {
    "universal": False,
    "effects": {"reliability": 0.3, "fairness": 0.2},
    "hooks": {
        "handle_time_factor": 1.2,
        "first_contact_resolution_gain": 0.1,
        "deflected_share": 0.3,
        "variability_factor": 2.0,
        "switching_cost_logits": 2.0,
        **switches.ALL_HOOKS,
    },
    "costs": {
        "fixed_cny_per_month": 1000.0,
        "cny_per_customer_month": 2.0,
        "cny_per_mwh": 1.0,
        "per_customer_by_segment": {"commercial": 0.5},
        "cny_per_staff_month": 10.0,
        "capex_cny": 6000.0,
        "capex_life_months": 9.0,
    },
    "ramp_months": 2.0,
}
"""A lever that touches the market wherever a lever can."""
Draw = st.DrawFn
Tree = dict[str, Any]


@cache
def template() -> Scenario:
    """Return the scenario from which whatever is not drawn is taken."""
    return load_scenario(SCENARIOS / "vip_lane.yaml")


def one_of(*values: object) -> st.SearchStrategy[Any]:
    """Return a strategy that picks one of the values."""
    return st.sampled_from(values)


class Drawn:
    """A random market, and the same market under a policy."""

    def __init__(self, market: Scenario, policy: Study) -> None:
        self.market = market
        self.policy = policy

    def __repr__(self) -> str:
        """Return what tells it from others; all of it would fill pages."""
        run = self.market.study.run
        return f"Drawn(months={run.months}, warmup={run.warmup_months}, agents={run.agents}, seed={run.seed})"


@st.composite
def markets(draw: Draw) -> Drawn:
    """Return a market and a policy."""
    tree = template().study.model_dump()
    tree |= {"policies": {}, "assumptions": {}, "focus": RETAILERS[0], "run": draw(runs())}
    tree["levers"]["everything"] = EVERYTHING
    tree["tags"] = switches.TAGS
    for name, strategy in switches.mechanisms().items():
        tree[name] = draw(strategy) if draw(one_of(True, False)) else {}
    tree["segments"] = draw(segments(tree["segments"]))
    tree["market"] = draw(surroundings(tree["market"]))
    tree["behaviour"] = draw(behaviours(tree["behaviour"]))
    tree["retailers"] = draw(retailers(list(tree["segments"]), list(tree["market"]["regions"])))
    months = tree["run"]["months"]
    further = switches.events(months, list(tree["retailers"]), list(tree["segments"]))
    tree["events"] = [*draw(st.lists(events(months), max_size=2)), *draw(st.lists(further, max_size=2))]
    if tree["demand"] and draw(st.booleans()):
        tree["events"].append(draw(switches.closures(months, list(tree["segments"]))))
    if not all(segment["contestable"] for segment in tree["segments"].values()) and draw(st.booleans()):
        tree["events"].append(draw(switches.openings(months)))
    parts = retailer_parts(list(tree["segments"]), list(tree["market"]["regions"]))
    changed = {
        name: retailer | {part: draw(strategy) for part, strategy in parts.items() if draw(st.booleans())}
        for name, retailer in tree["retailers"].items()
    }
    total = sum(retailer["initial_share"] for retailer in tree["retailers"].values())
    tree["market"]["default_supplier"]["initial_share"] = 1.0 - total
    tree["policies"] = {"changed": {"retailers": {"pricing": {}}}}
    study = Study.model_validate(tree)
    market = Scenario("random", study, draw(data(study)))
    return Drawn(market, Study.model_validate(tree | {"retailers": changed}))


@st.composite
def runs(draw: Draw) -> Tree:
    """Return settings of a run of a few months."""
    months = draw(st.integers(4, 15))
    return {
        "months": months,
        "warmup_months": draw(st.integers(0, months - 1)),
        "agents": draw(st.integers(30, 120)),
        "seed": draw(st.integers(0, 2**32)),
    }


@st.composite
def segments(draw: Draw, known: Tree) -> Tree:
    """Return two or three segments of lively customers; the first of them may be regulated."""
    names = draw(one_of(SEGMENTS, SEGMENTS[:2], SEGMENTS[1:]))
    drawn = {
        "customers": one_of(25, 300, 7000),
        "energy_mwh_per_month": one_of(3.0, 60.0, 900.0),
        "energy_sigma": one_of(0.0, 0.8),
        "search_rate": one_of(0.1, 1.0, 3.0),
        "consideration_offers": one_of(1, 3, 8),
        "awareness": one_of(0.0, 0.5, 1.0),
        "taste_sd": one_of(0.0, 1.28),
        "switching_cost": one_of(0.0, 0.7),
        "contract_length_dislike": one_of(0.0, 0.2),
        "tickets_per_month": one_of(0.1, 1.0, 6.0),
    }
    drawn |= switches.segment_parts()
    found = {name: known[name] | {field: draw(values) for field, values in drawn.items()} for name in names}
    found[names[0]]["contestable"] = draw(one_of(True, True, False))
    return found


@st.composite
def surroundings(draw: Draw, known: Tree) -> Tree:
    """Return regions, load blocks, calendar and prices."""
    regions = REGIONS[: draw(st.integers(1, 3))]
    shares = sum(known["regions"][name]["share"] for name in regions)
    busy = {"hours_share": 0.2, "load_factor": 3.0}, {"hours_share": 0.8, "load_factor": 0.5}
    default = {
        "initial_share": 0.0,
        "wait_multiple": draw(one_of(0.5, 2.0)),
        "markup_share": draw(one_of(0.0, 0.1)),
        "voluntary": draw(one_of(False, False, True)),
    }
    return known | {
        "regions": {n: known["regions"][n] | {"share": known["regions"][n]["share"] / shares} for n in regions},
        "load_blocks": draw(one_of(known["load_blocks"], busy, ({"hours_share": 1.0, "load_factor": 1.0},))),
        "contract_calendar": draw(one_of("staggered", "calendar_year")),
        "default_supplier": default,
        "rules": draw(one_of({}, draw(switches.rules()))),
    }


@st.composite
def behaviours(draw: Draw, known: Tree) -> Tree:
    """Return behaviour with some mechanisms off and others strong."""
    drawn = {
        "experience": {
            "quality_noise_sd": one_of(0.0, 0.05),
            "expectation_drift": one_of(0.0, 0.01),
            "responsiveness_half_time": one_of(1.5, 6.0),
        },
        "fairness": {"enabled": st.booleans(), "visibility": one_of(0.5, 1.0), "legitimacy": one_of(0.0, 0.5)},
        "complaints": {
            "enabled": one_of(True, True, False),
            "intercept": one_of(-3.5, -1.0),
            "regulator_months": st.integers(1, 2),
        },
        "choice": {
            "window_months": st.integers(1, 3),
            "outside_window_factor": one_of(0.0, 0.3),
            "rating_weight": one_of(0.0, 0.5),
        },
    }
    return {
        part: known[part] | {field: draw(values) for field, values in fields.items()} for part, fields in drawn.items()
    }


def events(months: int) -> st.SearchStrategy[Tree]:
    """Return a strategy of price shocks and surges of tickets."""
    return st.fixed_dictionaries(
        {
            "type": one_of("price_shock", "ticket_surge"),
            "month": st.integers(0, months - 1),
            "size": one_of(-0.2, 0.3, 1.0),
            "duration_months": st.integers(1, 3),
        }
    )


@st.composite
def retailers(draw: Draw, segment_names: list[str], regions: list[str]) -> Tree:
    """Return up to four retailers that share out the market, or leave some of it to the default supplier."""
    names = RETAILERS[: draw(one_of(4, 3, 2, 2, 1))]
    weights = [draw(st.integers(0, 3)) for _ in names]
    total = sum(weights) + draw(st.integers(0, 1))
    parts = retailer_parts(segment_names, regions)
    return {
        name: {part: draw(strategy) for part, strategy in parts.items()}
        | {"initial_share": weight / total if total else 0.0, "procurement": draw(procurement())}
        | {"kind": draw(one_of("grid", "genco", "genco"))}
        for name, weight in zip(names, weights, strict=True)
    }


def procurement() -> st.SearchStrategy[Tree]:
    """Return a strategy of how energy is bought; it stays under a policy."""
    return st.fixed_dictionaries(
        {
            "hedge_ratio": one_of(0.5, 0.9),
            "own_generation_share": one_of(0.0, 0.3),
            "forecast_bias": one_of(0.0, 0.1),
        }
    )


def retailer_parts(segment_names: list[str], regions: list[str]) -> dict[str, st.SearchStrategy[Any]]:
    """Return strategies of the parts of a retailer that a policy may change."""
    return {
        "offers": offers(segment_names),
        "tiers": tiers(regions),
        "tier_review_months": one_of(1, 2, 6),
        "desks": desks(),
        "levers": levers(segment_names, regions),
        "advertising_weight": one_of(0.0, 1.0, 3.0),
        "brand_logits": st.dictionaries(st.sampled_from(segment_names), one_of(-0.5, 1.0)),
        **switches.retailer_parts(),
        "costs": st.fixed_dictionaries({"payment_lag_months": st.integers(0, 2), "availability": one_of(0.6, 0.85)}),
    }


@st.composite
def offers(draw: Draw, segment_names: list[str]) -> Tree:
    """Return offers to all segments or to one; a policy may thus leave a segment without any."""
    found = {}
    for number, terms in enumerate(draw(st.lists(offer(), min_size=1, max_size=4))):
        only = [draw(st.sampled_from(segment_names))]
        found[f"offer {number}"] = terms | {"segments": draw(one_of(None, None, None, only))}
    return found


@st.composite
def offer(draw: Draw) -> Tree:
    """Return an offer of any kind, with terms of any kind."""
    price = draw(one_of(470.0, 484.0, 500.0))
    pass_through = draw(one_of(0.0, 1.0))
    blocks = [{"above_mwh_per_month": edge, "price_cny_per_mwh": price - edge / 50} for edge in (5.0, 100.0)]
    shape = draw(
        one_of(
            {"kind": "fixed", "price_cny_per_mwh": price, "pass_through": pass_through},
            {"kind": "linked", "fee_cny_per_mwh": price - 470.0},
            {"kind": "share", "benchmark_cny_per_mwh": price, "pass_through": pass_through, "customer_share": 0.6},
            {"kind": "time_of_use", "price_cny_per_mwh": price, "pass_through": pass_through},
            {"kind": "block", "price_cny_per_mwh": price, "pass_through": pass_through, "blocks": blocks},
        )
    )
    return shape | {
        "term_months": draw(one_of(1, 3, 12, 24)),
        "fixed_fee_cny_per_month": draw(one_of(0.0, 20.0)),
        "signup_bonus_cny": draw(one_of(0.0, 500.0)),
        "exit_fee_cny": draw(one_of(0.0, 300.0)),
        "exit_fee_cny_per_mwh": draw(one_of(0.0, 2.0)),
        "green_share": draw(one_of(0.0, 0.0, 0.5)),
        "certificate_cny_per_mwh": 20.0,
    }


@st.composite
def tiers(draw: Draw, regions: list[str]) -> Tree:
    """Return tiers with rules of all kinds, discounts, or neither."""
    conditions: dict[str, st.SearchStrategy[Any]] = {
        "value_pct": one_of(3.0, 10.0, 37.0, 100.0),
        "annual_mwh": one_of(40.0, 2000.0),
        "credit": one_of("A", "B", "C"),
        "tenure_months": one_of(0, 6, 40),
        "quota": one_of(0, 15, 900),
        "regions": st.lists(st.sampled_from(regions), min_size=1, unique=True),
        "tags": st.lists(st.sampled_from(sorted(switches.TAGS)), min_size=1, max_size=2, unique=True),
    }
    found: Tree = {"ordinary": {"discount_cny_per_mwh": draw(one_of(0.0, 0.5))}}
    for tier in TIERS[:-1]:
        given_ = draw(st.lists(st.sampled_from(sorted(conditions)), max_size=3, unique=True))
        rule = {name: draw(conditions[name]) for name in given_} if given_ else None
        found[tier] = {"rule": rule, "discount_cny_per_mwh": draw(one_of(0.0, 2.0, 6.0))}
    return found


def desks() -> st.SearchStrategy[Tree]:
    """Return a strategy of the three desks, each run in its own way."""
    return st.fixed_dictionaries({name: desk() for name in ("contact", "field", "case")})


@st.composite
def desk(draw: Draw) -> Tree:
    """Return what differs from a desk's defaults: scope, discipline, staff, resolution."""
    staffing = draw(one_of({}, {"target_utilisation": 0.7}, {"target_utilisation": 0.95}, {"heads": 3.0}))
    return staffing | {
        "scope": draw(one_of("region", "market")),
        "discipline": draw(one_of("fifo", "priority", "dedicated")),
        "priority_tiers": draw(st.lists(st.sampled_from(TIERS), min_size=1, max_size=4)),
        "dedicated_staff_share": draw(one_of(None, 0.3)),
        "staff_factor": draw(one_of(0.7, 1.0, 1.3)),
        "first_contact_resolution": draw(one_of(0.75, 1.0)),
        "urgency": draw(one_of(0.5, 1.0)),
    }


def levers(segment_names: list[str], regions: list[str]) -> st.SearchStrategy[Tree]:
    """Return a strategy of levers in use for all or for some."""
    use = st.fixed_dictionaries(
        {"intensity": one_of(0.0, 0.6, 1.0)},
        optional={
            "tiers": st.lists(st.sampled_from(TIERS), min_size=1, unique=True),
            "segments": st.lists(st.sampled_from(segment_names), min_size=1, unique=True),
            "regions": st.lists(st.sampled_from(regions), min_size=1, unique=True),
            "tags": st.lists(st.sampled_from(sorted(switches.TAGS)), min_size=1, max_size=1, unique=True),
            "cost_factor": one_of(0.5, 1.0),
        },
    )
    return st.dictionaries(st.sampled_from(LEVERS), use, max_size=3)


@st.composite
def data(draw: Draw, study: Study) -> ScenarioData:
    """Return load shapes, perhaps a spot history, and perhaps a book of accounts for one segment."""
    shapes = {name: draw(one_of((0.3, 0.4, 0.3), (0.5, 0.3, 0.2))) for name in study.segments}
    history = np.array(draw(st.lists(st.floats(300.0, 700.0), min_size=3, max_size=14)))
    books = {}
    if draw(st.booleans()):
        contestable = [name for name, segment in study.segments.items() if segment.contestable]
        books[contestable[-1]] = draw(book(len(study.market.regions), len(study.retailers)))
    return ScenarioData(shapes, books, draw(one_of(None, history)))


@st.composite
def book(draw: Draw, regions: int, retailer_count: int) -> AccountBook:
    """Return a book of a few accounts."""
    count = draw(st.integers(1, 12))

    def numbers(low: int, high: int) -> np.ndarray:
        return np.array(draw(st.lists(st.integers(low, high), min_size=count, max_size=count)), dtype=np.int64)

    return AccountBook(
        ids=tuple(f"account {number:02}" for number in range(count)),
        annual_mwh=numbers(1, 30_000).astype(np.float64),
        regions=numbers(0, regions - 1),
        credit_grades=numbers(0, 3),
        retailers=numbers(-1, retailer_count - 1),
        contract_end_months=numbers(0, 20),
    )
