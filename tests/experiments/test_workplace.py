"""The folder of a study: one process at a time, nothing else in it, and nothing left behind."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

import pytest
from filelock import FileLock
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
from marketsim.experiments.worker import run_keys
from marketsim.experiments.workplace import Claim, JobPlace, Workplace, at_work, read_job
from marketsim.results.storage.batches import Record
from marketsim.results.storage.folders import is_begun
from marketsim.results.storage.run_id import RunIds
from marketsim.results.storage.run_store import RunStore

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


def test_asking_whether_a_study_is_at_work_does_not_keep_it_from_beginning(tmp_path: Path) -> None:
    folder = tmp_path / "study"
    folder.mkdir()
    lock = FileLock(folder / ".lock", thread_local=False)
    lock.acquire()
    timer = threading.Timer(0.2, lock.release, [True])
    timer.start()
    with Claim(folder):
        assert at_work(folder)
    timer.join()
    assert not at_work(folder)


def test_what_another_process_begins_meanwhile_is_not_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, release, others = tmp_path / "study", Claim.__exit__, list[Workplace]()

    def released(claim: Claim, *reason: object) -> None:
        release(claim, *reason)
        if not others:
            others.append(Workplace(folder, BEGUN).__enter__())

    monkeypatch.setattr(Claim, "__exit__", released)
    with Workplace(folder, BEGUN):
        pass
    assert is_begun(folder)
    others[0].__exit__()
    assert not folder.exists()


def test_a_job_has_the_same_name_in_every_process(tmp_path: Path) -> None:
    with Workplace(tmp_path / "study", BEGUN) as place:
        here = place.place(Job(scenario(), simulate=failing))
        code = (
            "import sys; from pathlib import Path; from tests.experiments.fake_models import failing; "
            "from tests.results.fake_market import scenario; from marketsim.experiments.runs import Job; "
            "from marketsim.experiments.workplace import Workplace; "
            "place = Workplace(Path(sys.argv[1]), {}).__enter__(); "
            "print(place.place(Job(scenario(), simulate=failing)).job)"
        )
        told = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path / "other")],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": "5"},
            capture_output=True,
            text=True,
            check=True,
        )
        assert told.stdout.strip() == here.job
        others = [Job(scenario({"seed": 9}), simulate=failing), Job(scenario()), Job(scenario(), 2, simulate=failing)]
        assert len({here.job, *(place.place(job).job for job in others)}) == 4


def test_a_job_that_is_damaged_is_written_anew_and_said_to_be(tmp_path: Path) -> None:
    with Workplace(tmp_path / "study", BEGUN) as place:
        where = place.place(Job(scenario()))
        where.file.write_bytes(where.file.read_bytes()[:100])
        with pytest.raises(ResultsError, match="all workers need the same packages"):
            read_job(where)
        place.place(Job(scenario()))
        assert read_job(where).scenario.name == "made_up"


def test_a_worker_of_another_version_refuses(tmp_path: Path) -> None:
    given = scenario()
    with Workplace(tmp_path / "study", BEGUN) as place:
        where = place.place(Job(given, simulate=failing, version="0.0.1+abc"))
        with pytest.raises(
            RunFailedError, match=r"has marketsim .*, and the study 0\.0\.1\+abc; give all workers the same"
        ):
            run_keys(where, [RunKey("base", 0, run="ab" * 32)])
        assert len(RunStore(tmp_path / "study")) == 0


def test_a_model_without_a_name_is_refused(tmp_path: Path) -> None:
    given = scenario()
    settings = Settings(jobs=1, simulate=partial(failing, threads=2))
    with pytest.raises(RunFailedError, match="must be a function that a module defines"):
        carry_out(given, plan(given.study), tmp_path / "study", settings, Silent())


def test_a_job_that_cannot_be_read_does_not_keep_a_run_from_being_replayed(tmp_path: Path) -> None:
    given = scenario()
    found = carry_out(given, plan(given.study, checks=False), tmp_path / "study", settings(), Silent())
    (tmp_path / "study" / "work" / "000.job").write_bytes(b"of another version")
    key = RunKey("base", 0, run=str(found.runs["run"].iloc[0]))
    assert job_of(tmp_path / "study", key).simulate is failing


def test_a_forecast_counts_failed_runs_that_are_to_be_run_again(tmp_path: Path) -> None:
    given = scenario()
    ids, other = RunIds(given), tmp_path / "other"
    RunStore(other).write(
        [Record(ids.of("base", 0), "failed", "no luck"), Record(ids.of("lane", 0), "done", monthly=True)]
    )
    found = forecast_study(given, other, checks=False)
    assert (found.runs, found.stored, found.failed, found.missing) == (12, 1, 1, 10)
    again = forecast_study(given, other, checks=False, retry_failed=True)
    assert (again.runs, again.stored, again.failed, again.missing) == (12, 1, 0, 11)
