from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.scenario.files import STUDY, write

from marketsim import __version__
from marketsim.cli import main
from marketsim.cli.options import parse_settings, shortened
from marketsim.errors import RunFailedError, ScenarioError, StudyInterruptedError
from marketsim.scenario.starter import tiny_market
from marketsim.scenario.study import RunSettings

HEAVY = ("mesa", "numba", "pandas", "matplotlib", "pyarrow", "jinja2", "scipy")
ROOT = Path(__file__).parents[1]


def call(*arguments: str | Path) -> int:
    """Run a command in this process and return its exit code."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["marketsim", *map(str, arguments)])
        with pytest.raises(SystemExit) as stopped:
            main()
    return int(stopped.value.code or 0)


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["check", str(tiny_market())], ["schema"]])
def test_what_does_not_simulate_starts_without_heavy_imports(arguments: list[str]) -> None:
    code = (
        "import sys\nsys.argv = ['marketsim', *sys.argv[1:]]\nfrom marketsim.cli import main\n"
        f"try:\n    main()\nfinally:\n    print([m for m in {HEAVY} if m in sys.modules], file=sys.stderr)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.strip() == "[]"
    assert done.stdout


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("--version") == 0
    assert capsys.readouterr().out == f"marketsim {__version__}\n"


def test_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("check", write(tmp_path, STUDY), "--replications", "3", "--jobs", "2") == 0
    out = capsys.readouterr().out
    assert "4 retailers, 36 months, 5,000 agents for 30,000 customers; base + 1 policy x 3 replications = 6 runs" in out
    assert "and 16 to check the answer (1 assumption at both ends x 4 replications)" in out
    large = next(line for line in out.splitlines() if line.startswith("large_industrial"))
    # .1 x 5 / 150 and .5 / 150 of a bill of 463 x 1.02 + 200 CNY/MWh
    assert large.split()[1:4] == ["990", "3.3", "33.5"]
    assert large.split()[-2:] == ["2.24", "2.24"]
    assert "* behaviour.fairness.visibility   0.5    0     1  How much of others' treatment customers see." in out
    assert "is valid. It takes about" in out
    assert "warning" not in out


def test_check_warns_of_few_agents(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("check", write(tmp_path, STUDY), "--agents", "500", "--no-checks") == 0
    out = capsys.readouterr().out
    assert "warning: 85% of the energy rests on " in out
    assert "to check the answer" not in out


def test_a_broken_scenario_is_explained_on_standard_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, STUDY.replace("value_pct: 5", "value_pct: 105"))
    for command in ("check", "run"):
        assert call(command, path) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert captured.err == (
            f"{path} has 1 problem; nothing was run.\n\n"
            "line 7  retailers.Alpha.tiers.key.rule.value_pct = 105\n"
            "         must be between 0 and 100 (% of customers)\n"
        )
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["study.yaml"]


def test_settings_of_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, STUDY)
    assert call("check", path, "--set", "run.months=0", "--set", "retailers.Alfa.kind=grid") == 2
    error = capsys.readouterr().err
    assert "--set  run.months = 0\n         must be a whole number between 1 and 1200 (months)" in error
    assert "--set  retailers.Alfa.kind = grid\n         there is no retailer Alfa" in error
    assert call("check", path, "--agents", "many") == 2
    assert "--agents = many\n         must be a whole number or all" in capsys.readouterr().err


def test_settings_are_yaml() -> None:
    texts = ["run.months=48", "a.b=[1, x]", "c={d: null}", "e=", "f=x=y"]
    assert parse_settings(texts) == {
        "run.months": 48,
        "a.b": [1, "x"],
        "c": {"d": None},
        "e": None,
        "f": "x=y",
    }
    with pytest.raises(ScenarioError, match=r"has 2 problems(.|\n)*must be path=value(.|\n)*not valid YAML"):
        parse_settings(["run.months", "a=[1"])


@pytest.mark.parametrize(
    ("months", "moved"),
    [(60, {}), (72, {}), (36, {}), (35, (7, 14)), (24, (4, 9)), (12, (2, 4)), (2, (0, 0))],
)
def test_shorter_runs_keep_the_proportions_where_they_must(months: int, moved: Any) -> None:
    expected = dict(zip(("run.warmup_months", "run.evaluate_from_month"), moved, strict=False))
    assert shortened(RunSettings(months=60, warmup_months=12), months) == expected


def test_a_shorter_run_says_what_moved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, STUDY)
    assert call("check", path, "--months", "18") == 0
    assert (
        "--months 18: policies begin in month 7 and results count from month 13, in proportion "
        "(of 36 months: 13 and 25)" in capsys.readouterr().out
    )


def test_new(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "my_study.yaml"
    assert call("new", path, "--market", "full_choice") == 0
    assert call("check", path) == 0
    assert "my_study: Does it pay to serve the best 5 % of customers first?" in capsys.readouterr().out
    assert call("new", path) == 2
    assert capsys.readouterr().err == f"{path} exists already; choose another name, or remove it first\n"
    assert call("new", tmp_path / "other.yaml", "--market", "full") == 2
    assert "there is no shipped market full; there are cn_guangdong, full_choice" in capsys.readouterr().err


def test_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("schema") == 0
    assert "extends" in json.loads(capsys.readouterr().out)["properties"]


def test_explain(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("explain", "retailers.desks.contact.sla_minutes") == 0
    assert "  unit       minutes\n" in capsys.readouterr().out
    assert call("explain", "retailers.desk") == 2
    assert capsys.readouterr().err == "retailers.desk: unknown field desk; did you mean desks?\n"


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (
            StudyInterruptedError("interrupted; 3 of 6 runs finished"),
            130,
            "interrupted; 3 of 6 runs finished",
        ),
        (KeyboardInterrupt(), 130, "interrupted; nothing was written"),
        (RunFailedError("none of 6 runs finished"), 1, "none of 6 runs finished"),
        (PermissionError(13, "Permission denied", "results"), 1, "results: Permission denied"),
    ],
)
def test_exit_codes_of_run(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    code: int,
    message: str,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("marketsim.experiments.study.run_study", fail)
    assert call("run", write(tmp_path, STUDY)) == code
    assert capsys.readouterr().err == f"{message}\n"


def test_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    options = ["--jobs", "1", "--no-checks", "--profile", "--set", "run.replications=2", "--out", str(out)]
    assert call("run", tiny_market(), *options) == 0
    screen = capsys.readouterr().out
    assert "2 retailers, 3 months, 40 agents for 520 customers; base + 1 policy x 2 replications = 4 runs" in screen
    assert "North" in screen
    assert f"report  {out / 'report.html'}" in screen
    assert "phase of the month" in screen
    assert {"manifest.json", "summary.csv", "report.html", "runs.parquet"} <= {entry.name for entry in out.iterdir()}


def test_public_names_are_imported_when_used() -> None:
    import marketsim

    assert sorted(marketsim.__all__) == dir(marketsim)
    assert marketsim.load_scenario.__name__ == "load_scenario"
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = marketsim.nothing
