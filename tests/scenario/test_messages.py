"""Every kind of mistake, with the message that it gets."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.scenario.files import STUDY, lines, problems, write

from marketsim.errors import ScenarioError
from marketsim.scenario.loading import load_scenario

_SEGMENTS = ("large_industrial", "energy_intensive", "high_tech", "sme_industrial", "commercial")
MISTAKES = {
    "unknown field": (
        "retailers: {Alpha: {desks: {contact: {disipline: fifo}}}}",
        "2 retailers.Alpha.desks.contact.disipline = fifo: unknown field; did you mean discipline?",
    ),
    "field with the wrong unit": (
        "retailers: {Alpha: {offers: {o: {kind: fixed, price_cny_per_kwh: 0.475}}}}",
        "2 retailers.Alpha.offers.o.price_cny_per_kwh = 0.475: unknown field; did you mean price_cny_per_mwh (475)?",
    ),
    "field of another section": (
        "retailers: {Alpha: {value_pct: 5}}",
        "2 retailers.Alpha.value_pct = 5: unknown field here; a field of this name stands at "
        "retailers.*.tiers.key.rule.value_pct and retailers.*.tiers.quality.rule.value_pct",
    ),
    "dotted path out of place": (
        "run.months: 12",
        "2 run.months = 12: a dotted path may stand only under `policies` and `assumptions`; indent its parts here",
    ),
    "too large": (
        "retailers: {Alpha: {tiers: {key: {rule: {value_pct: 105}}}}}",
        "2 retailers.Alpha.tiers.key.rule.value_pct = 105: must be between 0 and 100 (% of customers)",
    ),
    "enormous": (
        f"run: {{seed: 1{'0' * 5000}}}",
        "2 run.seed = inf: must be a whole number between 0 and 9223372036854775807, not infinite or undefined",
    ),
    "whole number": (
        "run: {months: 12.5}",
        "2 run.months = 12.5: must be a whole number between 1 and 1200 (months)",
    ),
    "text for a number": (
        "run: {months: a year}",
        "2 run.months = a year: must be a whole number between 1 and 1200 (months), not a text",
    ),
    "number with commas": (
        'run: {months: "1,000"}',
        "2 run.months = 1,000: must be a whole number between 1 and 1200 (months), "
        "written without quotes, commas and units: 1000",
    ),
    "percent": (
        "market: {forward_premium: 2%}",
        "2 market.forward_premium = 2%: must be between -0.5 and 1; write 0.02 for 2%",
    ),
    "not a number": (
        "market: {forward_premium: .nan}",
        "2 market.forward_premium = .nan: must be between -0.5 and 1, not infinite or undefined",
    ),
    "infinite": (
        "market: {forward_premium: -.inf}",
        "2 market.forward_premium = -.inf: must be between -0.5 and 1, not infinite or undefined",
    ),
    "number or word": (
        "run: {agents: some}",
        "2 run.agents = some: must be a whole number between 1 and 20000000, or all, not a text",
    ),
    "switch": (
        "behaviour: {fairness: {enabled: no}}",
        "2 behaviour.fairness.enabled = no: must be true or false; write false",
    ),
    "choice": (
        "retailers: {Alpha: {kind: gird}}",
        "2 retailers.Alpha.kind = gird: must be one of grid, genco, independent; did you mean grid?",
    ),
    "list": (
        "retailers: {Alpha: {desks: {case: {priority_tiers: key}}}}",
        "2 retailers.Alpha.desks.case.priority_tiers = key: must be a list of at least 1 entry, "
        "for example [key, quality]; write [key]",
    ),
    "section": (
        "retailers: {Alpha: 3}",
        "2 retailers.Alpha = 3: must be a section with the fields kind, initial_share, "
        "initial_share_by_segment, "
        "brand_logits, advertising_weight, offers, tiers, tier_review_months, desks, levers, "
        "procurement, costs and 6 others",
    ),
    "kind of offer": (
        "retailers: {Alpha: {offers: {o: {kind: fixd, price_cny_per_mwh: 480}}}}",
        "2 retailers.Alpha.offers.o.kind = fixd: must be one of fixed, linked, share, time_of_use, block; "
        "did you mean fixed?",
    ),
    "no kind of offer": (
        "retailers: {Alpha: {offers: {o: {price_cny_per_mwh: 480}}}}",
        "2 retailers.Alpha.offers.o: must be a section with kind: fixed or linked or share or time_of_use or block",
    ),
    "missing": (
        "retailers: {Alpha: {offers: {o: {kind: linked}}}}",
        "2 retailers.Alpha.offers.o.fee_cny_per_mwh: missing; it must be between -10000 and "
        "100000 (CNY/MWh): "
        "The retailer's fee on top of the spot price.",
    ),
    "name with a dot": (
        "retailers: {Alpha: {offers: {a.b: {kind: linked, fee_cny_per_mwh: 1}}}}",
        "2 retailers.Alpha.offers.a.b: a name must have 1 to 60 characters, no dots or line breaks, "
        "and no space at its ends",
    ),
    "nothing to remove": (
        "retailers: {Dleta: null}",
        "2 retailers.Dleta = null: there is no Dleta to remove (null removes a name that an "
        "extended file gives); "
        "there are Alpha, Beta, Gamma, Delta",
    ),
    "sum of a section": (
        "segments: {commercial: {credit_mix: {A: 0.5}}}",
        "2 segments.commercial.credit_mix: the four credit shares must sum to 1; they sum to 1.15",
    ),
    "focus": (
        "focus: Alfa",
        "2 focus = Alfa: there is no retailer Alfa; there are Alpha, Beta, Delta, Gamma",
    ),
    "initial shares": (
        "retailers: {Alpha: {initial_share_by_segment: {commercial: 0.5}}}",
        "2 retailers.*.initial_share: the initial shares of segment commercial must sum to 1; "
        "they sum to 1.1 "
        "(Alpha 0.5 + Beta 0.25 + Delta 0.15 + Gamma 0.2 + default supplier 0)",
    ),
    "unknown segment": (
        "retailers: {Alpha: {brand_logits: {comercial: 0.5}}}",
        "2 retailers.Alpha.brand_logits.comercial = 0.5: there is no segment comercial; there "
        "are commercial, "
        "energy_intensive, high_tech, large_industrial, sme_industrial; did you mean commercial?",
    ),
    "unknown region": (
        "segments: {commercial: {region_mix: {urbn: 1}}}",
        "2 segments.commercial.region_mix.urbn = 1: there is no region urbn; there are rural, suburban, urban",
    ),
    "mix does not sum to one": (
        "segments: {commercial: {region_mix: {urban: 0.5}}}",
        "2 segments.commercial.region_mix: the shares must sum to 1; they sum to 0.5",
    ),
    "number of a mapping": (
        "retailers: {Alpha: {brand_logits: {commercial: 1000}}}",
        "2 retailers.Alpha.brand_logits.commercial = 1000: must be between -100 and 100",
    ),
    "unknown lever": (
        "retailers: {Alpha: {levers: {vip_lan: {}}}}",
        "2 retailers.Alpha.levers.vip_lan: there is no lever vip_lan; there are vip_lane and 25 others; "
        "did you mean vip_lane?",
    ),
    "no offer to own customers": (
        "retailers: {Alpha: {offers: {small_business: null}}}",
        "2 retailers.Alpha.offers: Alpha starts with 0.4 of segment commercial, but makes it no "
        "offer; add one, "
        "or set retailers.Alpha.initial_share_by_segment.commercial to 0",
    ),
    "reserved name of a retailer": (
        "retailers: {all: {offers: {o: {kind: linked, fee_cny_per_mwh: 12}}}}",
        "2 retailers.all: all has a meaning of its own in the results; choose another name",
    ),
    "tier without a condition": (
        "retailers: {Alpha: {tiers: {key: {rule: {}}}}}",
        "2 retailers.Alpha.tiers.key.rule: a rule without conditions takes nobody; give one "
        "(such as value_pct) "
        "or leave the rule out",
    ),
    "tenure that nobody reaches": (
        "retailers: {Alpha: {tiers: {loyal: {rule: {tenure_months: 181}}}}}",
        "2 retailers.Alpha.tiers.loyal.rule.tenure_months = 181: nobody can meet it: the run has 60 months, "
        "and nobody starts with more than 120",
    ),
    "energy that nobody uses": (
        "retailers: {Alpha: {tiers: {key: {rule: {annual_mwh: 1.0e+8}}}}}",
        "2 retailers.Alpha.tiers.key.rule.annual_mwh = 1.0e+8: nobody can meet it: no customer "
        "uses more than "
        "8.04e+07 MWh a year",
    ),
    "grade that nobody has": (
        "retailers: {Alpha: {tiers: {key: {rule: {credit: A}}}}}\n"
        "segments:\n" + "".join(f"  {name}: {{credit_mix: {{A: 0, B: 1, C: 0, D: 0}}}}\n" for name in _SEGMENTS),
        "2 retailers.Alpha.tiers.key.rule.credit = A: no customer of any segment has credit grade A or better",
    ),
    "region where nobody lives": (
        "retailers: {Alpha: {tiers: {key: {rule: {regions: [rural]}}}}}\n"
        "market: {regions: {rural: {share: 0}, urban: {share: 0.75}}}",
        "2 retailers.Alpha.tiers.key.rule.regions = [rural]: nobody lives in these regions, so "
        "nobody could be in "
        "the tier",
    ),
    "region that does not exist": (
        "retailers: {Alpha: {tiers: {key: {rule: {regions: [town]}}}}}",
        "2 retailers.Alpha.tiers.key.rule.regions = [town]: there is no region town; there are rural, suburban, urban",
    ),
    "warm-up as long as the run": (
        "run: {months: 12}",
        "2 run: months (12) must be more than warmup_months (12), when policies begin",
    ),
    "results before policies": (
        "run: {evaluate_from_month: 6}",
        "2 run.evaluate_from_month = 6: must be at least run.warmup_months (12) and less than run.months (60)",
    ),
    "event after the run": (
        "events: [{type: price_shock, month: 60, size: 0.3}]",
        "2 events.0.month = 60: the run ends before: its last month is 59",
    ),
    "kind of event": (
        "events: [{type: earthquake, month: 6}]",
        "2 events.0.type = earthquake: must be one of price_shock, ticket_surge, outage_storm, entrant, exit, opening, "
        "closure, regulation, breach, demand_shock, alternative_price_shock, credit_shock, lever_change",
    ),
    "too few agents": (
        "run: {agents: 4}",
        "2 run.agents = 4: must be at least one for each of the 5 segments",
    ),
    "load profile": (
        "segments: {commercial: {load_profile: comercial}}",
        "2 segments.commercial.load_profile = comercial: there is neither a file comercial nor a "
        "shipped profile of "
        "this name (commercial, energy_intensive, flat, high_tech, large_industrial, "
        "residential, sme_industrial); "
        "did you mean commercial?",
    ),
    "policy for a retailer that does not exist": (
        "policies: {p: {retailers.Alfa.desks.contact.discipline: priority}}",
        "2 policies.p changes retailers.Alfa.desks.contact.discipline = priority: there is no retailer Alfa; "
        "there are Alpha, Beta, Delta, Gamma",
    ),
    "policy that misspells a field": (
        "policies: {p: {retailers.Alpha.desk.contact.discipline: priority}}",
        "2 policies.p changes retailers.Alpha.desk.contact.discipline = priority: unknown field desk; "
        "did you mean desks?",
    ),
    "policy that misspells an offer": (
        "policies: {p: {retailers.Alpha.offers.busines.price_cny_per_mwh: 480}}",
        "2 policies.p changes retailers.Alpha.offers.busines.price_cny_per_mwh = 480: there is "
        "no offer busines; "
        "there are business, small_business",
    ),
    "policy with a wrong value": (
        "policies: {p: {retailers.Alpha.desks.contact.discipline: prority}}",
        "2 policies.p changes retailers.Alpha.desks.contact.discipline = prority: must be one of "
        "fifo, priority, "
        "dedicated; did you mean priority?",
    ),
    "policy for the market": (
        "policies: {p: {market.forward_premium: 0.1}}",
        "2 policies.p changes market.forward_premium = 0.1: a policy is a decision of retailers: "
        "it may change "
        "`retailers.<name>...` and `levers...` only; what happens to the market belongs into the "
        "base scenario or "
        "under `events`",
    ),
    "policy that changes the start": (
        "policies: {p: {retailers.Alpha: {initial_share: 0.5}}}",
        "2 policies.p changes retailers.Alpha: initial_share describes the start of the run, "
        "before any policy; "
        "change it in the base scenario",
    ),
    "policy that uses an unknown lever": (
        "policies: {p: {retailers.Alpha.levers.stewards.intensity: 1}}",
        "2 policies.p changes retailers.Alpha.levers.stewards.intensity = 1: there is no lever "
        "stewards; there are steward_team and 25 others; did you mean steward_team?",
    ),
    "policy that makes a rule for nobody": (
        "policies: {p: {retailers.Alpha.tiers.key.rule: {tenure_months: 600}}}",
        "2 policies.p changes retailers.Alpha.tiers.key.rule.tenure_months = 600: nobody can "
        "meet it: the run has "
        "60 months, and nobody starts with more than 120",
    ),
    "policy called base": (
        "policies: {base: {}}",
        "2 policies.base: `base` is the market without any policy; choose another name",
    ),
    "assumption that does not exist": (
        "assumptions: {behaviour.fairness.visibilty: [0, 1]}",
        "2 assumptions.behaviour.fairness.visibilty = [0, 1]: unknown field visibilty; did you mean visibility?",
    ),
    "assumption that is no number": (
        "assumptions: {retailers.Alpha.desks.contact.discipline: [0, 1]}",
        "2 assumptions.retailers.Alpha.desks.contact.discipline = [0, 1]: "
        "retailers.Alpha.desks.contact.discipline is "
        "not a number; only numbers can have a low and a high value",
    ),
    "assumption the wrong way round": (
        "assumptions: {behaviour.fairness.visibility: [1, 0]}",
        "2 assumptions.behaviour.fairness.visibility = [1, 0]: the low value must be less than the high one",
    ),
    "assumption out of bounds": (
        "assumptions: {behaviour.fairness.visibility: [0, 2]}",
        "2 assumptions: behaviour.fairness.visibility = 2: must be between 0 and 1",
    ),
    "assumption with one end": (
        "assumptions: {behaviour.fairness.visibility: [0]}",
        "2 assumptions.behaviour.fairness.visibility = [0]: must be a list of 2 entries, for example [0.5, 1.5]",
    ),
    "assumption whose end breaks a sum": (
        "assumptions: {segments.commercial.credit_mix.A: [0.3, 0.4]}",
        "2 assumptions: segments.commercial.credit_mix: the four credit shares must sum to 1; they sum to 0.95",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_message(tmp_path: Path, mistake: str) -> None:
    text, expected = MISTAKES[mistake]
    path = write(tmp_path, f"extends: cn_guangdong\n{text}\n")
    assert expected in lines(path)


def test_as_the_user_sees_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = """\
extends: cn_guangdong
retailers:
  Alpha:
    offers:
      standard: {kind: fixed, price_cny_per_kwh: 0.475}
    tiers:
      key: {rule: {value_pct: 105}}
policies:
  lane_20: {retailers.Alfa.tiers.key.rule.value_pct: 20}
"""
    write(tmp_path, text, "my_study.yaml")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ScenarioError) as caught:
        load_scenario("my_study.yaml")
    assert (
        str(caught.value)
        == """\
my_study.yaml has 3 problems; nothing was run.

line 5  retailers.Alpha.offers.standard.price_cny_per_kwh = 0.475
         unknown field; did you mean price_cny_per_mwh (475)?

line 7  retailers.Alpha.tiers.key.rule.value_pct = 105
         must be between 0 and 100 (% of customers)

line 9  policies.lane_20 changes retailers.Alfa.tiers.key.rule.value_pct = 20
         there is no retailer Alfa; there are Alpha, Beta, Delta, Gamma"""
    )


def test_all_problems_at_once(tmp_path: Path) -> None:
    separate = [
        "too large",
        "choice",
        "event after the run",
        "load profile",
        "assumption that does not exist",
    ]
    text = "extends: cn_guangdong\n"
    for mistake in separate:
        text += f"{MISTAKES[mistake][0]}\n"
    text = text.replace("retailers: {Alpha: {kind: gird}}\n", "").replace(
        "{Alpha: {tiers", "{Alpha: {kind: gird, tiers"
    )
    found = {line.split(" ", 1)[1] for line in lines(write(tmp_path, text))}
    assert found == {MISTAKES[mistake][1].split(" ", 1)[1] for mistake in separate}


def test_one_mistake_is_one_problem(tmp_path: Path) -> None:
    for mistake in (
        "field with the wrong unit",
        "kind of offer",
        "initial shares",
        "warm-up as long as the run",
    ):
        text, _ = MISTAKES[mistake]
        found = problems(write(tmp_path, f"extends: cn_guangdong\n{text}\n"))
        assert len({problem.message.split(" of segment ")[0] for problem in found}) == 1, mistake


def test_a_valid_study_loads(tmp_path: Path) -> None:
    scenario = load_scenario(write(tmp_path, STUDY))
    assert scenario.name == "study"
    assert scenario.text == STUDY
    assert scenario.study.run.months == 36
    assert scenario.study.assumptions == {"behaviour.fairness.visibility": (0.0, 1.0)}


def test_a_tier_may_be_set_to_nobody_by_a_share_of_zero(tmp_path: Path) -> None:
    text = "extends: cn_guangdong\nretailers: {Alpha: {tiers: {key: {rule: {value_pct: 0}}}}}\n"
    assert load_scenario(write(tmp_path, text)).study.retailers["Alpha"].tiers.key.rule is not None


def test_file_that_does_not_exist(tmp_path: Path) -> None:
    write(tmp_path, STUDY, "vip_lane.yaml")
    [found] = problems(tmp_path / "vip_lan.yaml")
    assert found.message == f"there is no file {tmp_path}/vip_lan.yaml; did you mean {tmp_path}/vip_lane.yaml?"
    [folder] = problems(tmp_path)
    assert folder.message == f"{tmp_path} is a folder; give one of its files: vip_lane.yaml"


@pytest.mark.parametrize(("value", "hint"), [("110%", "write 1.1 for 110%"), ("50%", "write 0.5 for 50%")])
def test_a_percentage_is_never_taken_for_a_factor(tmp_path: Path, value: str, hint: str) -> None:
    with pytest.raises(ScenarioError, match=hint):
        load_scenario(write(tmp_path, STUDY), {"retailers.Alpha.desks.contact.staff_factor": value})


def test_a_position_of_a_list_that_is_left_at_its_default_can_be_set(tmp_path: Path) -> None:
    changes = {"market.load_blocks.0.load_factor": 1.5, "market.load_blocks.2.load_factor": 0.5}
    blocks = load_scenario(write(tmp_path, STUDY), changes).study.market.load_blocks
    assert [block.load_factor for block in blocks] == [1.5, 1.0, 0.5]
    with pytest.raises(ScenarioError, match="positions are 0 to 2"):
        load_scenario(write(tmp_path, STUDY), {"market.load_blocks.3.load_factor": 1.5})


@pytest.mark.parametrize("text", ["\tfocus: Alpha\n", "- a list\n", "extends: nowhere\n"])
def test_a_file_that_cannot_be_read_is_the_only_problem(tmp_path: Path, text: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(write(tmp_path, text))
    assert len(caught.value.problems) == 1
