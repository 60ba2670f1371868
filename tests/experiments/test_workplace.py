"""The folder of a study: one process at a time, nothing else in it, and nothing left behind."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest
from tests.experiments.fake_models import always_failing, failing
from tests.results.fake_market import scenario

from marketsim.cli.replay import replay_run
from marketsim.errors import ResultsError, RunFailedError
from marketsim.experiments.forecast import FIGURES_BYTES, MONTHLY_BYTES, forecast_study, forecast_sweeps
from marketsim.experiments.plan import RunKey, plan
from marketsim.experiments.progress import Silent
from marketsim.experiments.replay import find_run, job_of
from marketsim.experiments.runs import Job
from marketsim.experiments.settings import Settings
from marketsim.experiments.study import carry_out
from marketsim.experiments.workplace import JobPlace, Workplace, read_job
from marketsim.results.batches import Record
from marketsim.results.folders import is_begun
from marketsim.results.run_store import RunStore

BEGUN = {"name": "made_up"}


def test_a_folder_belongs_to_one_process(tmp_path: Path) -> None:
    folder = tmp_path / "study"
    with (
        Workplace(folder, BEGUN),
        pytest.raises(ResultsError, match=r"process \d+ on .* is at work on .*; nothing was done"),
    ):
        Workplace(folder, BEGUN).__enter__()
    with Workplace(folder, BEGUN):
        assert is_begun(folder)


def test_a_folder_in_which_nothing_came_about_is_removed(tmp_path: Path) -> None:
    with Workplace(tmp_path / "study", BEGUN):
        assert (tmp_path / "study" / "work").is_dir()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_runs_stays(tmp_path: Path) -> None:
    with Workplace(tmp_path / "study", BEGUN) as place:
        place.store.write([Record("ab" * 32, "failed", "no luck")])
    assert set(RunStore(tmp_path / "study")) == {"ab" * 32}
    assert json.loads((tmp_path / "study" / "work" / "study.json").read_text()) == BEGUN
    assert not (tmp_path / "study" / "work" / "owner.json").exists()


def test_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").write_text("ten years of work")
    with pytest.raises(ResultsError, match="choose another folder"):
        Workplace(tmp_path, BEGUN)


def test_workers_find_their_job(tmp_path: Path) -> None:
    job = Job(scenario(), threads=3)
    with Workplace(tmp_path / "study", BEGUN) as place:
        where = place.place(job)
        assert place.place(job) == where
        assert read_job(where).threads == 3
        assert pickle.loads(pickle.dumps(where)) == where
    with pytest.raises(ResultsError, match="must be one that all workers see under the same name"):
        read_job(JobPlace(str(tmp_path / "elsewhere"), where.job))


def settings() -> Settings:
    return Settings(jobs=1, simulate=failing)


def test_a_stored_run_is_found_by_the_first_digits_of_its_id(tmp_path: Path) -> None:
    given = scenario()
    found = carry_out(given, plan(given.study, checks=False), tmp_path / "study", settings(), Silent())
    lost = found.runs[found.runs["status"] == "failed"].iloc[0]
    record = find_run(tmp_path / "study", str(lost["run"])[:10])
    assert (record.policy, record.replication, record.status) == (lost["policy"], lost["replication"], "failed")
    key = RunKey(record.policy, record.replication, record.check, (), record.tiers_of, record.run)
    assert job_of(tmp_path / "study", key).simulate is failing
    with pytest.raises(ResultsError, match="no run whose id begins with 'zzz'"):
        find_run(tmp_path / "study", "zzz")
    with pytest.raises(ResultsError, match="several runs whose ids begin with ''"):
        find_run(tmp_path / "study", "")


def test_a_run_of_another_version_cannot_be_replayed(tmp_path: Path) -> None:
    given = scenario()
    carry_out(given, plan(given.study, checks=False), tmp_path / "study", settings(), Silent())
    with pytest.raises(ResultsError, match="another version of marketsim"):
        job_of(tmp_path / "study", RunKey("base", 0, run="f" * 64))


def test_replay_raises_what_the_run_raised(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = scenario()
    found = carry_out(given, plan(given.study), tmp_path / "study", settings(), Silent())
    lost = found.runs[found.runs["status"] == "failed"].iloc[0]
    with pytest.raises(ZeroDivisionError, match="no customers"):
        replay_run(str(tmp_path / "study"), str(lost["run"])[:12])
    changed = found.runs[found.runs["changes"] != ""].iloc[0]
    assert replay_run(str(tmp_path / "study"), str(changed["run"])[:12]) == 0
    shown = capsys.readouterr().out
    assert "ZeroDivisionError: no customers in world 1" in shown
    assert str(changed["changes"]) in shown
    assert "profit_cny_per_year" in shown


def test_a_forecast_counts_each_run_once_and_what_is_stored(tmp_path: Path) -> None:
    staff = "retailers.Alpha.desks.contact.staff_factor"
    lever = {"path": staff, "values": [1.1, 1.2]}
    given = scenario(sweep={"x": {"design": "grid", "levers": {"staff": lever}, "policies": ["staff"]}})
    folder = tmp_path / "study"
    before = forecast_study(given, folder, checks=True)
    # Base and two policies in 4 worlds, 4 ends in 2 worlds, and one point of the sweep: the other is the policy itself.
    assert before.runs == before.missing == 12 + 24 + 4
    assert before.disk_bytes == 12 * MONTHLY_BYTES + 40 * FIGURES_BYTES
    assert before.seconds is None
    assert forecast_sweeps(given, folder, ["x"]).runs == 4 + 4 + 4
    assert not folder.exists()


def test_when_every_run_fails_the_failures_are_stored(tmp_path: Path) -> None:
    given = scenario()
    with pytest.raises(RunFailedError, match="none of 12 runs finished"):
        carry_out(
            given, plan(given.study, checks=False), tmp_path / "x", Settings(jobs=1, simulate=always_failing), Silent()
        )
    records = RunStore(tmp_path / "x").records(list(RunStore(tmp_path / "x")))
    assert {record.error.split(" (in")[0] for record in records.values()} == {"ValueError: nothing works"}
