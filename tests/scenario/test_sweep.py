"""Sweeps: what is accepted, what a mistake is told, and what worlds a study asks for."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.scenario.files import STUDY, lines, problems, write
from tests.scenario.test_mutations import load_or_refuse, mutate

from marketsim.errors import ScenarioError
from marketsim.results.manifest import scenario_hash
from marketsim.scenario.loading import load_scenario
from marketsim.scenario.reference import explain
from marketsim.scenario.sweep import MOST_POINTS, Sweep

WIDTH = "retailers.Alpha.tiers.key.rule.value_pct"
STAFF = "retailers.Alpha.desks.contact.staff_factor"
FAIR = "behaviour.fairness.legitimacy"
SEEN = "behaviour.fairness.visibility"
REVIEW = "retailers.Alpha.tier_review_months"
DRAWN = f"design: latin_hypercube, samples: 8, uncertainties: {{fair: {{path: {FAIR}, range: [0, 1]}}}}"


def study(tmp_path: Path, sweep: str) -> Path:
    """Return a study of which line 13 is a sweep called `s`."""
    return write(tmp_path, f"{STUDY}sweep:\n  s: {{{sweep}}}\n")


def sweep_of(tmp_path: Path, sweep: str) -> Sweep:
    return load_scenario(study(tmp_path, sweep)).study.sweep["s"]


def test_a_sweep_of_every_kind_of_axis(tmp_path: Path) -> None:
    text = f"""sweep:
  zeta:
    design: sobol
    samples: 16
    seed: 7
    with_run: false
    policies: [lane]
    replications: {{until: {{half_width: 1e6, max: 40}}}}
    levers:
      width: {{path: {WIDTH}, range: [1, 50], distribution: log_uniform}}
      rule: {{path: retailers.Alpha.desks.field.discipline, values: [fifo, priority]}}
    uncertainties:
      work: {{scaled: {{retailers.Alpha.desks.contact.handle_minutes: 30, {FAIR}: 0.5}}, range: [0.5, 1.5]}}
      seen: {{path: {SEEN}, range: [0, 1], distribution: normal, mean: 0.5, sd: 0.2}}
  alpha: {{{DRAWN}}}
"""
    found = load_scenario(write(tmp_path, STUDY + text)).study.sweep
    assert list(found) == ["zeta", "alpha"], "in the order of the file"
    zeta = found["zeta"]
    assert list(zeta.axes()) == ["width", "rule", "work", "seen"]
    assert zeta.axes()["work"].changes(0.5) == {"retailers.Alpha.desks.contact.handle_minutes": 15.0, FAIR: 0.25}
    assert zeta.axes()["rule"].changes("fifo") == {"retailers.Alpha.desks.field.discipline": "fifo"}
    assert (zeta.with_run, found["alpha"].with_run) == (False, True)
    assert zeta.size() == 16 * (4 + 2)


@pytest.mark.parametrize(
    ("sweep", "size"),
    [
        ("design: grid, levers: {w: {path: a, values: [1, 2, 5]}}, uncertainties: {f: {path: b, values: [0, 1]}}", 6),
        ("design: zip, levers: {w: {path: a, values: [1, 2, 5]}}, uncertainties: {f: {path: b, values: [0, 1, 2]}}", 3),
        ("design: list, levers: {w: {path: a}}, points: [{w: 1}, {w: 2}]", 2),
        ("design: table, levers: {w: {path: a}}, table: points.csv", 7),
        ("design: latin_hypercube, samples: 10, levers: {w: {path: a, range: [0, 1]}}", 10),
        ("design: sobol, samples: 8, levers: {w: {path: a, range: [0, 1]}, v: {path: b, range: [0, 1]}}", 8 * 4),
        (
            "design: sobol, samples: 8, second_order: true, levers: {w: {path: a, values: [0]}, v: {path: b, values: [0]}}",
            48,
        ),
        ("design: morris, samples: 10, levers: {w: {path: a, range: [0, 1]}, v: {path: b, range: [0, 1]}}", 30),
    ],
)
def test_the_number_of_points(sweep: str, size: int) -> None:
    assert Sweep.model_validate(yaml.safe_load(f"{{{sweep}}}")).size(rows=7) == size


AXES = {
    "no path": ("{values: [1]}", "needs one of path, paths and scaled; it has none of them"),
    "two kinds of path": (f"{{path: {FAIR}, paths: [{SEEN}], values: [1]}}", "it has path and paths"),
    "one path twice": (f"{{paths: [{FAIR}, {FAIR}], values: [1]}}", "names a path twice"),
    "a factor of nothing": (f"{{scaled: {{{FAIR}: 0}}, values: [1]}}", "a factor of 0 would leave nothing to vary"),
    "values and range": (f"{{path: {FAIR}, values: [1], range: [0, 1]}}", "has both values and range"),
    "the wrong way round": (f"{{path: {FAIR}, range: [1, 0]}}", "the low value of the range must be less"),
    "one end": (f"{{path: {FAIR}, range: [1]}}", "must be a list of 2 entries"),
    "nothing to spread over": (f"{{path: {FAIR}, values: [1], distribution: normal}}", "give range: [low, high]"),
    "a mean of values": (f"{{path: {FAIR}, values: [1], mean: 1}}", "mean belongs to a distribution over a range"),
    "normal without sd": (f"{{path: {FAIR}, range: [0, 1], distribution: normal, mean: 0}}", "normal needs sd"),
    "uniform with sd": (f"{{path: {FAIR}, range: [0, 1], sd: 1}}", "the distribution uniform has no sd"),
    "triangular without mode": (f"{{path: {FAIR}, range: [0, 1], distribution: triangular}}", "triangular needs mode"),
    "mode outside": (f"{{path: {FAIR}, range: [0, 1], distribution: triangular, mode: 2}}", "mode must lie within"),
    "a logarithm of 0": (f"{{path: {FAIR}, range: [0, 1], distribution: log_uniform}}", "must begin above 0"),
    "lognormal around 0": (
        f"{{path: {FAIR}, range: [0.1, 1], distribution: lognormal, mean: 0, sd: 1}}",
        "the mean of a lognormal distribution must be positive",
    ),
    "far out in the tail": (
        f"{{path: {FAIR}, range: [0.9, 1], distribution: normal, mean: 0, sd: 0.1}}",
        "the range holds less than 0.01% of the distribution",
    ),
    "a distribution that does not exist": (
        f"{{path: {FAIR}, range: [0, 1], distribution: norml}}",
        "did you mean normal?",
    ),
    "a path that does not exist": (
        "{path: behaviour.fairness.legitimcy, range: [0, 1]}",
        "unknown field legitimcy; did you mean legitimacy?",
    ),
    "out of bounds": (f"{{path: {FAIR}, range: [0, 2]}}", "must be between 0 and 1"),
    "a scaled value out of bounds": (f"{{scaled: {{{FAIR}: 3}}, range: [0, 1]}}", "must be between 0 and 1"),
    "a linked path out of bounds": (
        f"{{paths: [{FAIR}, segments.commercial.contestable], values: [true]}}",
        "behaviour.fairness.legitimacy = true: must be between 0 and 1",
    ),
    "a word in a range": (
        "{path: retailers.Alpha.desks.contact.discipline, range: [0, 1]}",
        "is not a number, so it has no range; give values: [...]",
    ),
    "a word that is scaled": (
        "{scaled: {retailers.Alpha.desks.case.discipline: 2}, values: [1]}",
        "is not a number, so it cannot be scaled; write paths",
    ),
    "a value that cannot be scaled": (
        f"{{scaled: {{{FAIR}: 2}}, values: [x]}}",
        "x is not a number, so it cannot be scaled",
    ),
    "a word that does not exist": (
        "{path: retailers.Alpha.desks.case.discipline, values: [fifi]}",
        "did you mean fifo?",
    ),
    "whole numbers in a range": (
        f"{{path: {REVIEW}, range: [1, 12]}}",
        "takes whole numbers only, and a range has others between; give values: [1, 6, 12]",
    ),
    "values that are not whole": (f"{{path: {REVIEW}, values: [1, 2.5]}}", "takes whole numbers only, not 2.5"),
    "scaled values that are not whole": (
        f"{{scaled: {{{REVIEW}: 0.5}}, values: [2, 3]}}",
        "takes whole numbers only, not 3 x 0.5",
    ),
    "a value twice": (f"{{path: {FAIR}, values: [1, 0.5, 1.0]}}", "the value 1 stands there twice"),
    "the worlds": ("{path: run.seed, values: [1, 2]}", "all points of a sweep are compared in the same worlds"),
    "no part of the market": ("{path: focus, values: [Alpha, Beta]}", "focus is no part of the market"),
    "a policy": (
        f"{{path: policies.lane.{WIDTH}, values: [1]}}",
        "is varied under levers, by its path without policies.<name>",
    ),
    "what the policy sets": (
        "{path: retailers.Alpha.desks.contact.discipline, values: [fifo, priority]}",
        "policy lane sets retailers.Alpha.desks.contact.discipline, so that this would be without effect under it",
    ),
    "a data file": (
        "{path: segments.commercial.load_profile, values: [flat, high_tech]}",
        "data files, load profiles, time bands and strategies in Python are read once, so they cannot vary",
    ),
    "neither values nor range": (f"{{path: {FAIR}}}", "needs range: [low, high], or values of which one is drawn"),
}


@pytest.mark.parametrize("mistake", AXES)
def test_what_is_wrong_with_an_uncertainty(tmp_path: Path, mistake: str) -> None:
    axis, message = AXES[mistake]
    found = lines(study(tmp_path, f"design: latin_hypercube, samples: 4, uncertainties: {{x: {axis}}}"))
    assert len(found) == 1, found
    assert message in found[0]
    assert found[0].startswith("13 sweep.s.uncertainties.x"), found[0]


LEVERS = {
    "nobody's decision": (FAIR, "[1]", "this is nobody's decision; put it under uncertainties"),
    "no field": ("retailers.Alpha", "[1]", "write retailers.<name>.<field>"),
    "no such retailer": ("retailers.Alfa.tier_review_months", "[1]", "there is no retailer Alfa"),
    "the start of the run": (
        "retailers.Alpha.initial_share",
        "[0.1]",
        "describes the start of the run, before any policy; change it in the base scenario, for example under uncertainties",
    ),
    "read at the start": ("retailers.Alpha.costs.payment_lag_months", "[1]", "is read when the run begins"),
    "overridden": (
        "retailers.Alpha.desks.contact",
        "[{staff_factor: 1.1}]",
        "policy lane sets retailers.Alpha.desks.contact.discipline, which is part of this, and would override it",
    ),
    "not valid under the policy": (WIDTH, "[105]", "must be between 0 and 100 (% of customers) (under policy lane)"),
    "nobody in the tier": (
        "retailers.Alpha.tiers.key.rule",
        "[{value_pct: null}]",
        "a rule without conditions takes nobody",
    ),
}


@pytest.mark.parametrize("mistake", LEVERS)
def test_what_is_wrong_with_a_lever(tmp_path: Path, mistake: str) -> None:
    path, values, message = LEVERS[mistake]
    found = lines(study(tmp_path, f"design: grid, levers: {{x: {{path: {path}, values: {values}}}}}"))
    assert len(found) == 1, found
    assert message in found[0]
    assert found[0].startswith("13 sweep.s.levers.x"), found[0]


W, F = f"levers: {{w: {{path: {WIDTH}}}}}", f"uncertainties: {{f: {{path: {FAIR}}}}}"
GRID = f"levers: {{w: {{path: {WIDTH}, values: [1, 5]}}}}"
DESIGNS = {
    "nothing varies": ("design: grid", "varies nothing; name what varies under levers or uncertainties"),
    "no design": (GRID, "missing; it must be one of grid, list"),
    "a design that does not exist": (f"design: gird, {GRID}", "did you mean grid?"),
    "a range in a grid": (
        f"design: grid, levers: {{w: {{path: {WIDTH}, range: [0, 50]}}}}",
        "the design grid takes single values: write values: [0, 25, 50], or choose latin_hypercube, sobol or morris",
    ),
    "a grid without values": (f"design: grid, {W}", "the design grid needs values: [...]"),
    "no samples": (f"design: sobol, {GRID}", "needs samples: the number of base samples, a power of 2 such as 64"),
    "samples of a grid": (f"design: grid, samples: 8, {GRID}", "the design grid draws no samples"),
    "no power of 2": (f"design: sobol, samples: 100, {GRID}", "must be a power of 2, for example 64 or 128"),
    "odd levels": (f"design: morris, samples: 4, levels: 5, {GRID}", "must be an even number, for example 4 or 6"),
    "enormous grid": (
        f"design: grid, levers: {{w: {{path: {WIDTH}, values: {list(range(1, 51))}}}, "
        f"s: {{path: {STAFF}, values: {[n / 100 for n in range(50, 150)]}}}}}, "
        f"uncertainties: {{f: {{path: {FAIR}, values: {[n / 100 for n in range(100)]}}}}}",
        "the design grid has 500,000 points; there may be at most 100,000; give fewer values",
    ),
    "enormous samples": (
        f"design: sobol, samples: 65536, {GRID}",
        "the design sobol has 196,608 points; there may be at most 100,000; set samples to 32768 or less",
    ),
    "values of different length": (
        f"design: zip, levers: {{w: {{path: {WIDTH}, values: [1, 5]}}}}, "
        f"uncertainties: {{f: {{path: {FAIR}, values: [0, 1, 0.5]}}}}",
        "the design zip needs as many values for every label; there are w 2, f 3",
    ),
    "a pair twice": (
        f"design: zip, levers: {{w: {{path: {WIDTH}, values: [1, 5, 1]}}}}, "
        f"uncertainties: {{f: {{path: {FAIR}, values: [0, 0, 0]}}}}",
        "values 2 (counted from 0) are a point that stands there before",
    ),
    "a pair out of bounds": (
        f"design: zip, levers: {{w: {{path: {WIDTH}, values: [1, 101]}}}}, "
        f"uncertainties: {{f: {{path: {FAIR}, values: [0, 0]}}}}",
        "sweep.s, values 1: retailers.Alpha.tiers.key.rule.value_pct = 101: must be between 0 and 100",
    ),
    "no points": (f"design: list, {W}", "the design list needs points"),
    "points of a grid": (f"design: grid, {GRID}, points: [{{w: 1}}]", "points belong to design: list"),
    "values beside points": (f"design: list, {GRID}, points: [{{w: 1}}]", "stand in points; leave values out"),
    "a label that does not exist": (
        f"design: list, {W}, {F}, points: [{{w: 1, g: 1, f: 1}}]",
        "g is none of the labels w and f",
    ),
    "a label without a value": (f"design: list, {W}, {F}, points: [{{w: 1}}]", "has no value for f"),
    "a point twice": (f"design: list, {W}, points: [{{w: 1}}, {{w: 2}}, {{w: 1.0}}]", "is the same as point 0"),
    "a point out of bounds": (f"design: list, {W}, points: [{{w: 1}}, {{w: 101}}]", "must be between 0 and 100"),
    "a point that is no number": (f"design: list, {W}, points: [{{w: 1}}, {{w: many}}]", "not a text"),
    "a point that is not whole": (
        f"design: list, levers: {{r: {{path: {REVIEW}}}}}, points: [{{r: 1}}, {{r: 1.5}}]",
        "r: takes whole numbers only, not 1.5",
    ),
    "one path under two labels": (
        f"design: grid, levers: {{w: {{path: {WIDTH}, values: [1]}}, v: {{path: {WIDTH}, values: [2]}}}}",
        f"changes {WIDTH}, which another label changes as well",
    ),
    "a path within another": (
        f"design: grid, levers: {{w: {{path: {WIDTH}, values: [1]}}, "
        "v: {path: retailers.Alpha.tiers.key.rule, values: [{value_pct: 2}]}}",
        "changes retailers.Alpha.tiers.key.rule, which another label changes as well",
    ),
    "one label twice": (
        f"design: grid, {GRID}, uncertainties: {{w: {{path: {FAIR}, values: [1]}}}}",
        "labels must differ",
    ),
    "no such policy": (f"design: grid, policies: [lain], {GRID}", "there is no policy lain; there are lane"),
    "no policy at all": (f"design: grid, policies: [], {GRID}", "must be a list of at least 1 entry"),
    "worlds for no such policy": (
        f"design: grid, replications: {{until: {{half_width: 1, max: 40, policy: lain}}}}, {GRID}",
        "there is no policy lain; there are lane",
    ),
    "no table": (f"design: table, {W}", "the design table needs table"),
    "a table of a grid": (f"design: grid, {GRID}, table: x.csv", "a table belongs to design: table"),
    "a table that does not exist": (f"design: table, {W}, table: x.csv", "there is no file x.csv"),
}


@pytest.mark.parametrize("mistake", DESIGNS)
def test_what_is_wrong_with_a_design(tmp_path: Path, mistake: str) -> None:
    sweep, message = DESIGNS[mistake]
    found = lines(study(tmp_path, sweep))
    assert len(found) == 1, found
    assert message in found[0]
    assert found[0].startswith("13 sweep.s"), found[0]


def test_a_sweep_needs_a_policy(tmp_path: Path) -> None:
    text = f"extends: cn_guangdong\nfocus: Alpha\nsweep:\n  s: {{{DRAWN}}}\n"
    (found,) = lines(write(tmp_path, text))
    assert found.startswith("4 sweep.s: there is no policy to compare with the base")


def test_other_problems_stand_beside_those_of_a_sweep_and_bring_no_more(tmp_path: Path) -> None:
    text = (
        STUDY.replace("discipline: priority", "discipline: prority")
        + f"sweep:\n  s: {{{DRAWN}}}\n  t: {{design: gird}}\n"
    )
    found = lines(write(tmp_path, text))
    assert len(found) == 2
    assert "did you mean priority?" in found[0]
    assert "did you mean grid?" in found[1]


def test_a_joint_value_is_tried_as_a_whole(tmp_path: Path) -> None:
    mix = "segments.commercial.credit_mix"
    axes = f"uncertainties: {{a: {{path: {mix}.A}}, b: {{path: {mix}.B}}}}"
    old = load_scenario(write(tmp_path, STUDY)).study.segments["commercial"].credit_mix
    total = old.A + old.B
    good = f"{{a: 0.2, b: {total - 0.2:.6f}}}, {{a: 0.3, b: {total - 0.3:.6f}}}"
    assert sweep_of(tmp_path, f"design: list, {axes}, points: [{good}]").size() == 2
    (found,) = lines(study(tmp_path, f"design: list, {axes}, points: [{good}, {{a: 0.9, b: 0.9}}]"))
    assert found.startswith("13 sweep.s.points.2: segments.commercial.credit_mix: the four credit shares must sum to 1")


def test_a_point_deep_in_a_long_list_is_found_by_its_extremes(tmp_path: Path) -> None:
    points = ", ".join(f"{{w: {101 if n == 37 else n + 1}}}" for n in range(60))
    (found,) = lines(study(tmp_path, f"design: list, {W}, points: [{points}]"))
    assert found.startswith("13 sweep.s.points.37: ")


def test_the_line_of_a_point(tmp_path: Path) -> None:
    text = f"{STUDY}sweep:\n  s:\n    design: list\n    {W}\n    points:\n      - {{w: 1}}\n      - {{w: 101}}\n"
    (found,) = lines(write(tmp_path, text))
    assert found.startswith(
        "18 sweep.s.points.1: retailers.Alpha.tiers.key.rule.value_pct = 101: must be between 0 and 100"
    )


def with_table(tmp_path: Path, content: str, axes: str = f"{W}, {F}") -> Path:
    write(tmp_path, content, "points.csv")
    return study(tmp_path, f"design: table, {axes}, table: points.csv")


def test_a_table_of_points(tmp_path: Path) -> None:
    content = "f,w\n# a comment\n0.5,1\n1,20\n"
    scenario = load_scenario(with_table(tmp_path, content))
    rows = scenario.data.points["s"]
    assert [(row.line, row.values) for row in rows] == [(3, {"f": 0.5, "w": 1}), (4, {"f": 1, "w": 20})]
    assert "points.csv" not in scenario.data.file_hashes


def test_a_table_of_points_does_not_identify_a_run(tmp_path: Path) -> None:
    one = load_scenario(with_table(tmp_path, "f,w\n0.5,1\n"))
    other = load_scenario(with_table(tmp_path, "f,w\n0.5,2\n"))
    assert one.data.points != other.data.points
    assert scenario_hash(one) == scenario_hash(other)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("f\n1\n", "there is no column w"),
        ("f,w,v\n1,1,1\n", "column v: unknown column; the columns may be w, f"),
        ("f,w,w\n1,1,1\n", "two columns of the same name"),
        ("f,w\n1,x\n", "row 2, column w = x: must be a number"),
        ("f,w\n1,\n", "row 2, column w = : missing; every point needs a value for every label"),
        ("f,w\n1,nan\n", "must be a number"),
        ("f,w\n1,.nan\n", "must be a number"),
        ("f,w\n1,1e999\n", "must be a number"),
        ("f,w\n1,true\n", "must be a number"),
        ('f,w\n1,"[1"\n', "column w = [1: "),
        ("f,w\n1,2\n0,2\n1,2\n", "row 4: the same point as row 2"),
        ("f,w\n", "there are no rows below the line of column names"),
        ("", "is empty; its first line must name the columns w, f"),
        ("f,w\n1,2\n2,1\n", "must be between 0 and 1"),
    ],
)
def test_what_is_wrong_with_a_table(tmp_path: Path, content: str, message: str) -> None:
    (found,) = lines(with_table(tmp_path, content))
    assert message in found
    assert found.startswith("13 sweep.s.table")


def test_words_in_a_table(tmp_path: Path) -> None:
    axes = "levers: {d: {path: retailers.Alpha.desks.case.discipline}}"
    assert len(load_scenario(with_table(tmp_path, "d\nfifo\npriority\n", axes)).data.points["s"]) == 2
    (found,) = lines(with_table(tmp_path, "d\nfifo\nprority\n", axes))
    assert "sweep.s.table, row 3: retailers.Alpha.desks.case.discipline = prority" in found


def test_an_enormous_table(tmp_path: Path) -> None:
    content = "w\n" + "\n".join(f"{n / 2000:.6f}" for n in range(MOST_POINTS + 1)) + "\n"
    (found,) = lines(with_table(tmp_path, content, W))
    assert "100,001 points; there may be at most 100,000" in found


def test_a_table_is_found_beside_the_file_that_names_it(tmp_path: Path) -> None:
    write(tmp_path, "w\n1\n2\n", "below/points.csv")
    write(tmp_path, f"{STUDY}sweep:\n  s: {{design: table, {W}, table: points.csv}}\n", "below/base.yaml")
    above = load_scenario(write(tmp_path, "extends: below/base.yaml\n", "above.yaml"))
    assert above.study.sweep["s"].table == "below/points.csv"
    assert len(above.data.points["s"]) == 2


def test_a_sweep_is_changed_by_paths(tmp_path: Path) -> None:
    path = study(tmp_path, DRAWN)
    changed = load_scenario(path, {"sweep.s.samples": 3, "sweep.s.uncertainties.fair.range.1": 0.5}).study.sweep["s"]
    assert (changed.samples, changed.uncertainties["fair"].range) == (3, (0.0, 0.5))
    new = {"design": "grid", "levers": {"w": {"path": WIDTH, "values": [1, 2]}}}
    assert load_scenario(path, {"sweep.command": new}).study.sweep["command"].size() == 2
    assert "unknown field sample; did you mean samples?" in problems(path, {"sweep.s.sample": 3})[0].message


def test_the_words_of_a_sweep_can_be_looked_up() -> None:
    assert "log_uniform" in explain("sweep.uncertainties.distribution")
    assert "a section" in explain("run.replications")
    assert "half_width" in explain("run.replications.until")


@pytest.mark.parametrize(
    ("value", "first", "most"),
    [
        (3, 3, 3),
        ({"until": {"half_width": 1e6, "max": 40}}, 8, 40),
        ({"until": {"half_width": 1, "max": 5, "first": 2}}, 2, 5),
    ],
)
def test_worlds(tmp_path: Path, value: Any, first: int, most: int) -> None:
    run = load_scenario(write(tmp_path, STUDY), {"run.replications": value}).study.run
    assert (run.first_worlds(), run.most_worlds()) == (first, most)
    until = run.stopping()
    assert (until is None) == (first == most)
    if until is not None:
        assert (until.kpi, until.confidence, until.policy, until.tier) == ("profit_cny_per_year", 0.95, None, "all")


def test_worlds_until_enough_give_way_to_a_number_and_the_other_way_round(tmp_path: Path) -> None:
    until = STUDY.replace("{months: 36}", "{months: 36, replications: {until: {half_width: 1e6, max: 40}}}")
    path = write(tmp_path, until)
    assert load_scenario(path).study.run.most_worlds() == 40
    assert load_scenario(path, {"run.replications": 2}).study.run.replications == 2
    assert load_scenario(path, {"run.replications.until.max": 50}).study.run.most_worlds() == 50
    plain = {"run.replications.until.max": 50, "run.replications.until.half_width": 1.0}
    assert load_scenario(write(tmp_path, STUDY), plain).study.run.most_worlds() == 50


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("0", "must be a whole number between 1 and 100000 (runs), or a section with the field until"),
        ("many", "or a section with the field until, not a text"),
        ("{until: {half_width: 1}}", "run.replications.until.max: missing"),
        ("{until: {max: 9}}", "run.replications.until.half_width: missing"),
        ("{until: {half_width: 0, max: 9}}", "run.replications.until.half_width = 0: must be between"),
        ("{until: {half_width: 1, max: 7}}", "max (7) must be at least first (8), the worlds to begin with"),
        ("{until: {half_width: 1, max: 9, confidence: 1}}", "must be between 0.5 and 0.9999"),
        ("{until: {half_width: 1, max: 9, policy: lain}}", "there is no policy lain; there are lane"),
        ("{untl: {half_width: 1, max: 9}}", "unknown field; did you mean until?"),
        ("{}", "run.replications.until: missing"),
    ],
)
def test_what_is_wrong_with_the_number_of_worlds(tmp_path: Path, value: str, message: str) -> None:
    found = lines(write(tmp_path, STUDY.replace("{months: 36}", f"{{months: 36, replications: {value}}}")))
    assert message in found[0]
    assert found[0].startswith("3 run.replications")


_TINY_SWEEPS = {
    "s": {
        "design": "latin_hypercube",
        "samples": 4,
        "replications": {"until": {"half_width": 1.0, "max": 9}},
        "levers": {"w": {"path": "retailers.North.tier_review_months", "values": [1, 3]}},
        "uncertainties": {"f": {"scaled": {FAIR: 0.5}, "range": [0, 1]}},
    },
    "t": {
        "design": "list",
        "levers": {"w": {"path": "retailers.North.tier_review_months"}},
        "points": [{"w": 1}, {"w": 2}],
    },
    "u": {
        "design": "zip",
        "uncertainties": {"w": {"path": FAIR, "values": [0, 1]}, "v": {"path": SEEN, "values": [1, 0]}},
    },
}


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_whatever_is_done_to_a_sweep_it_loads_or_is_refused(tmp_path: Path, data: st.DataObject) -> None:
    from tests.scenario.test_mutations import TINY

    tree = copy.deepcopy(TINY)
    sweeps = copy.deepcopy(_TINY_SWEEPS)
    for _ in range(data.draw(st.integers(0, 3))):
        mutate(data, {"sweep": sweeps})
    load_or_refuse(write(tmp_path, yaml.safe_dump(tree | {"sweep": sweeps}, allow_unicode=True)))


def test_the_sweeps_that_are_mutated_are_valid(tmp_path: Path) -> None:
    from tests.scenario.test_mutations import TINY

    try:
        load_scenario(write(tmp_path, yaml.safe_dump(TINY | {"sweep": _TINY_SWEEPS})))
    except ScenarioError as error:
        pytest.fail(str(error))


DOCS = Path(__file__).parents[2] / "docs" / "sweeps.md"
VIP_LANE = DOCS.parents[1] / "scenarios" / "vip_lane.yaml"


def blocks(language: str) -> list[str]:
    """Return the examples of docs/sweeps.md."""
    return re.findall(rf"```{language}\n(.*?)```", DOCS.read_text(encoding="utf-8"), flags=re.DOTALL)


def test_the_examples_in_the_docs_are_valid(tmp_path: Path) -> None:
    (table,) = blocks("csv")
    write(tmp_path, table, "points.csv")
    found = {}
    for number, text in enumerate(blocks("yaml")):
        scenario = load_scenario(write(tmp_path, f"extends: {VIP_LANE}\n{text}", f"example_{number}.yaml"))
        found |= {
            name: sweep.size(len(scenario.data.points.get(name, ()))) for name, sweep in scenario.study.sweep.items()
        }
    del found["width, staff and envy"]
    assert found == {
        "width and envy": 9,
        "pairs": 3,
        "three plans": 3,
        "from a table": 3,
        "what the answer rests on": 96,
        "screening": 30,
        "service and work": 32,
    }


def test_the_sweep_of_the_shipped_study() -> None:
    study = load_scenario(VIP_LANE).study
    (sweep,) = study.sweep.values()
    assert (sweep.size(), sweep.policies, sweep.with_run) == (150, ("lane_5",), False)
    assert study.behaviour.fairness.wait_weight in (sweep.uncertainties["envy"].values or ())
    assert max(sweep.uncertainties["envy"].values or ()) < study.behaviour.fairness.base
