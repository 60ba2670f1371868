"""Options of the command line that make a sweep."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.scenario.files import STUDY, write
from tests.test_cli import call

from marketsim.cli.sweep_options import labels_of, sweep_changes
from marketsim.errors import ScenarioError
from marketsim.scenario.loading import load_scenario
from marketsim.scenario.starter import tiny_market

STAFF = "retailers.Alpha.desks.contact.staff_factor"
FAIR = "behaviour.fairness.legitimacy"


def test_no_options_ask_for_nothing() -> None:
    assert sweep_changes([], [], {"design": None, "samples": None, "policies": []}) == {}


def test_a_sweep_by_options_is_checked_and_read_like_any_other(tmp_path: Path) -> None:
    settings = {"design": "latin_hypercube", "samples": 64, "policies": ["lane"], "seed": None}
    changes = sweep_changes([f"{STAFF}=0.9,1,1.1"], [f"{FAIR}=0:1"], settings)
    assert changes == {
        "sweep.command": {
            "policies": ["lane"],
            "samples": 64,
            "design": "latin_hypercube",
            "levers": {"staff_factor": {"path": STAFF, "values": [0.9, 1, 1.1]}},
            "uncertainties": {"legitimacy": {"path": FAIR, "range": [0.0, 1.0]}},
        }
    }
    sweep = load_scenario(write(tmp_path, STUDY), changes).study.sweep["command"]
    assert (sweep.size(), sweep.policies, list(sweep.axes())) == (64, ("lane",), ["staff_factor", "legitimacy"])


@pytest.mark.parametrize(
    ("text", "axis"),
    [
        ("p=1,2", {"values": [1, 2]}),
        ("p = 5", {"values": [5]}),
        ("p=fifo, priority", {"values": ["fifo", "priority"]}),
        ("p={value_pct: 5},null", {"values": [{"value_pct": 5}, None]}),
        ("p=-1:2.5e3", {"range": [-1.0, 2500.0]}),
        ("p=1:50:log_uniform", {"range": [1.0, 50.0], "distribution": "log_uniform"}),
        ("p=0:9:normal:5:2", {"range": [0.0, 9.0], "distribution": "normal", "mean": 5.0, "sd": 2.0}),
        ("p=0:9:triangular:3", {"range": [0.0, 9.0], "distribution": "triangular", "mode": 3.0}),
    ],
)
def test_how_values_are_written(text: str, axis: dict[str, Any]) -> None:
    made = sweep_changes([], [text], {"samples": 4})["sweep.command"]
    assert made["uncertainties"] == {"p": {"path": "p", **axis}}


@pytest.mark.parametrize(
    ("levers", "settings", "design"),
    [
        (["a=1,2"], {}, "grid"),
        (["a=1,2", "b=0:1"], {"samples": 8}, "latin_hypercube"),
        (["a=1,2"], {"samples": 8}, "latin_hypercube"),
        (["a", "b"], {"table": "points.csv"}, "table"),
        (["a=1,2"], {"design": "zip"}, "zip"),
    ],
)
def test_the_design_follows_from_what_is_given(levers: list[str], settings: dict[str, Any], design: str) -> None:
    assert sweep_changes(levers, [], settings)["sweep.command"]["design"] == design


@pytest.mark.parametrize(
    ("levers", "settings", "message"),
    [
        (["=1"], {}, "write PATH=1,2,5 for single values"),
        (["a="], {}, "write PATH=1,2,5 for single values"),
        (["a"], {}, "--lever or --uncertainty a\n         has no values; write PATH=1,2,5"),
        (["a=[1"], {}, "--lever a=[1"),
        (["a=0:1:norml"], {"samples": 4}, "there is no distribution norml; there are uniform, log_uniform, normal"),
        (["a=0:1:normal:0.5"], {"samples": 4}, "write LOW:HIGH:normal:MEAN:SD"),
        (["a=0:1:triangular:x"], {"samples": 4}, "write LOW:HIGH:triangular:MODE"),
        (["a=0:1"], {}, "--samples\n         is missing; the design latin_hypercube needs it"),
        (["a=1"], {"design": "list"}, "points can be listed in a scenario file or a table only"),
        ([], {"samples": 4}, "nothing varies; give --lever or --uncertainty"),
    ],
)
def test_what_is_wrong_with_an_option(levers: list[str], settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        sweep_changes(levers, [], settings)
    assert message in str(caught.value)
    assert str(caught.value).startswith("the command has 1 problem;")


def test_labels_are_as_short_as_they_can_be() -> None:
    assert labels_of(["a.b.staff", "a.c.staff", "x.width"]) == ["b staff", "c staff", "width"]
    assert labels_of(["staff", "a.staff"]) == ["staff", "a staff"]
    assert labels_of(["a.b", "a.b"]) == ["b", "b 2"]
    long = [f"retailers.{'n' * 70}.staff", f"retailers.{'m' * 70}.staff"]
    assert all(len(label) <= 60 for label in labels_of(long))
    assert len(set(labels_of([*long, long[0]]))) == 3


def test_mistakes_are_told_in_the_words_of_the_options(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("sweep", tiny_market(), "--lever", "retailers.North.desks.contact.staff_facto=0.9,1") == 2
    told = capsys.readouterr().err
    assert "the options" in told
    assert "--set" not in told
    assert "did you mean staff_factor?" in told


def test_an_executor_that_does_not_exist_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("run", tiny_market(), "--executor", "lokey") == 2
    assert "--executor" in (told := capsys.readouterr().err)
    assert "loky" in told
