"""A whole study in one process: results, failures, interruptions, and where they are written."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.experiments.fake_models import (
    Impatient,
    always_failing,
    failing,
    failing_when_visible,
    only_references,
    quitting,
    wrong_tables,
)
from tests.results.fake_market import HANDLING, MONTHS, VISIBILITY, scenario, simulate

from marketsim.errors import ResultsError, RunFailedError, StudyInterruptedError
from marketsim.experiments import conclusion, study
from marketsim.experiments.plan import plan
from marketsim.experiments.progress import Progress, Silent
from marketsim.experiments.runs import Simulate
from marketsim.experiments.settings import Settings
from marketsim.experiments.study import carry_out, run_study
from marketsim.results.storage.store import StudyResult, load
from marketsim.scenario.loaded import Scenario


class Counting(Silent):
    """Notes which parts begin, with how many runs and how many stored ones, and what is said."""

    def __init__(self) -> None:
        self.parts: list[tuple[str, int, int]] = []
        self.said: list[str] = []

    def begin(self, what: str, total: int, already: int = 0) -> None:
        self.parts.append((what, total, already))

    def say(self, text: str) -> None:
        self.said.append(text)


def carried_out(
    folder: Path,
    model: Simulate = simulate,
    *,
    given: Scenario | None = None,
    progress: Progress | None = None,
    retry_failed: bool = False,
    **choice: Any,
) -> StudyResult:
    """Carry out the made-up study in this process."""
    chosen = given or scenario()
    settings = Settings(
        jobs=1,
        command="marketsim run made_up.yaml",
        retry_failed=retry_failed,
        batch_seconds=0,  # a batch for every run, so that an impatient user interrupts between two runs
        simulate=model,
    )
    return carry_out(chosen, plan(chosen.study, **choice), folder, settings, progress or Silent())


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> StudyResult:
    return carried_out(tmp_path_factory.mktemp("results") / "made_up")


def test_a_complete_study(result: StudyResult) -> None:
    done = {"failed": 0, "not_run": 0}
    assert result.manifest["status"] == "complete"
    assert result.manifest["runs"] == {
        "main": {"planned": 12, "done": 12, **done},
        "checks": {"planned": 24, "done": 24, **done},
    }
    assert result.manifest["command"] == "marketsim run made_up.yaml"
    assert len(result.runs) == 36
    assert set(result.runs["status"]) == {"done"}
    assert len(result.table("market_month")) == 12 * MONTHS
    assert list(result.table("market_month")["policy"].unique()) == ["base", "lane", "staff"]
    assert set(result.summary["policy"]) == {"base", "lane", "staff"}
    assert set(result.summary["n"]) == {4}


def test_timings_stand_apart(result: StudyResult) -> None:
    assert set(result.timings.columns) == {
        *("policy", "replication", "check", "run"),
        *("seconds", "started", "host", "phase_serve_seconds"),
    }
    assert len(result.timings) == 36
    assert (result.timings["seconds"] > 0).all()
    assert not {"seconds", "host"} & set(result.runs.columns)


def test_the_effect_is_found_and_turns_at_the_end_that_turns_it(result: StudyResult) -> None:
    profit = result.summary[(result.summary["kpi"] == "profit_cny_per_year") & (result.summary["retailer"] == "Alpha")]
    assert (profit[profit["policy"] != "base"]["diff_low"] > 0).all()
    checks = result.checks[result.checks["kpi"] == "profit_cny_per_year"].set_index(["assumption", "end", "policy"])
    assert checks["direction"].to_dict() == {
        (VISIBILITY, "low", "lane"): "up",
        (VISIBILITY, "low", "staff"): "up",
        (VISIBILITY, "high", "lane"): "down",
        (VISIBILITY, "high", "staff"): "down",
        (HANDLING, "low", "lane"): "up",
        (HANDLING, "low", "staff"): "up",
        (HANDLING, "high", "lane"): "up",
        (HANDLING, "high", "staff"): "up",
    }
    assert set(result.checks["n"]) == {2}


def test_a_second_study_gives_the_same_bytes_and_replaces_the_first(result: StudyResult, tmp_path: Path) -> None:
    carried_out(tmp_path / "study", checks=False, policies=["lane"])
    carried_out(tmp_path / "study")
    assert [path.name for path in tmp_path.iterdir()] == ["study"]
    assert sorted(path.name for path in (tmp_path / "study").iterdir()) == [
        *(".lock", "checks.csv", "checksums.sha256", "manifest.json", "parts", "ranking.csv", "runs.parquet"),
        *("summary.csv", "tables", "timings.parquet", "work"),
    ]
    names = ["summary.csv", "checks.csv", "manifest.json", "runs.parquet"]
    tables = [f"tables/{path.name}" for path in (result.folder / "tables").iterdir()]
    for name in names + tables:
        assert (tmp_path / "study" / name).read_bytes() == (result.folder / name).read_bytes(), name


def test_failed_runs_are_rows_and_the_others_count(tmp_path: Path) -> None:
    found = carried_out(tmp_path / "study", failing, checks=False)
    assert found.manifest["status"] == "failed"
    assert found.manifest["runs"]["main"] == {"planned": 12, "done": 10, "failed": 2, "not_run": 0}
    lost = found.runs[found.runs["status"] == "failed"]
    assert lost[["policy", "replication", "months"]].to_numpy().tolist() == [["base", 1, 0], ["lane", 2, 0]]
    message = str(lost["error"].iloc[0])
    assert message.startswith("ZeroDivisionError: no customers in world 1 (in failing, fake_models.py:")
    profit = found.summary[(found.summary["kpi"] == "profit_cny_per_year") & (found.summary["retailer"] == "Alpha")]
    assert dict(zip(profit["policy"], profit["n"], strict=True)) == {"base": 3, "lane": 2, "staff": 3}
    assert len(found.table("market_month")) == 10 * MONTHS


def test_a_run_with_wrong_tables_fails_and_leaves_no_trace(tmp_path: Path) -> None:
    found = carried_out(tmp_path / "study", wrong_tables, checks=False)
    lost = found.runs[found.runs["status"] == "failed"]
    assert list(lost["replication"]) == [3, 3, 3]
    assert "table market_month: missing columns ['spot_cny_per_mwh']" in str(lost["error"].iloc[0])
    assert set(found.table("segment_month")["replication"]) == {0, 1, 2}


def test_when_every_run_fails_earlier_results_stay(tmp_path: Path) -> None:
    first = carried_out(tmp_path / "study", checks=False)
    with pytest.raises(
        RunFailedError, match=r"none of 12 runs finished; no results were written .* ValueError: nothing works"
    ):
        carried_out(tmp_path / "study", always_failing)
    assert load(tmp_path / "study").manifest == first.manifest
    assert [path.name for path in tmp_path.iterdir()] == ["study"]


def test_what_is_stored_is_not_run_again(result: StudyResult, tmp_path: Path) -> None:
    carried_out(tmp_path / "study", checks=False, policies=["lane"])
    counting = Counting()
    carried_out(tmp_path / "study", progress=counting)
    assert counting.parts == [("runs", 12, 8), ("assumption checks", 24, 0)]
    again = Counting()
    found = carried_out(tmp_path / "study", progress=again)
    assert again.parts == []
    assert (found.folder / "summary.csv").read_bytes() == (result.folder / "summary.csv").read_bytes()


def test_what_failed_is_run_again_only_if_asked(tmp_path: Path) -> None:
    carried_out(tmp_path / "study", failing, checks=False)
    again = Counting()
    found = carried_out(tmp_path / "study", failing, checks=False, progress=again)
    assert again.parts == []
    assert found.manifest["runs"]["main"]["failed"] == 2
    asked = Counting()
    carried_out(tmp_path / "study", failing, checks=False, progress=asked, retry_failed=True)
    assert asked.parts == [("runs", 12, 10)]


def test_studies_beside_each_other_share_their_runs(result: StudyResult, tmp_path: Path) -> None:
    carried_out(tmp_path / "first", given=renamed(scenario()), checks=False)
    counting = Counting()
    found = carried_out(tmp_path / "second", progress=counting)
    assert counting.said[0] == "8 runs are taken over from other studies"
    assert counting.parts == [("runs", 12, 8), ("assumption checks", 24, 0)]
    assert (found.folder / "summary.csv").read_bytes() == (result.folder / "summary.csv").read_bytes()


def renamed(given: Scenario) -> Scenario:
    """Return the study with another name and question, and without one of its policies."""
    study = given.study.model_copy(
        update={"policies": {"lane": given.study.policies["lane"]}, "question": "What else?"}
    )
    return replace(given, study=study, name="another")


def test_an_interruption_keeps_finished_runs(tmp_path: Path) -> None:
    with pytest.raises(StudyInterruptedError, match="interrupted; 5 of 12 runs and 0 of 24 assumption checks finished"):
        carried_out(tmp_path / "study", progress=Impatient(5))
    found = load(tmp_path / "study")
    assert found.manifest["status"] == "interrupted"
    assert found.manifest["runs"]["main"] == {"planned": 12, "done": 5, "failed": 0, "not_run": 7}
    done = found.runs[found.runs["status"] == "done"]
    assert done[["policy", "replication"]].to_numpy().tolist() == [
        *(["base", 0], ["base", 1], ["lane", 0], ["lane", 1], ["staff", 0]),
    ]
    assert set(found.runs[found.runs["status"] == "not_run"]["error"]) == {"the study was interrupted"}
    assert len(found.table("flows")["replication"].unique()) == 2
    assert found.checks.empty


def test_an_interruption_of_the_checks_keeps_the_main_result(result: StudyResult, tmp_path: Path) -> None:
    impatient = Impatient(12 + 7)
    with pytest.raises(StudyInterruptedError, match="12 of 12 runs and 7 of 24 assumption checks finished"):
        carried_out(tmp_path / "study", progress=impatient)
    assert impatient.parts == [("runs", 12), ("assumption checks", 24)]
    found = load(tmp_path / "study")
    assert (found.folder / "summary.csv").read_bytes() == (result.folder / "summary.csv").read_bytes()
    assert set(found.checks["assumption"]) == {VISIBILITY}


def test_an_interrupted_study_does_not_replace_complete_results(tmp_path: Path) -> None:
    first = carried_out(tmp_path / "study", checks=False, policies=["lane"])
    with pytest.raises(StudyInterruptedError, match=r"the complete results in .* stay as they are"):
        carried_out(tmp_path / "study", progress=Impatient(2))
    assert load(tmp_path / "study").manifest == first.manifest


def test_an_interruption_before_the_first_run_writes_nothing(tmp_path: Path) -> None:
    class Instant(Silent):
        def begin(self, what: str, total: int, already: int = 0) -> None:
            raise KeyboardInterrupt

    with pytest.raises(StudyInterruptedError, match="before a run finished; nothing was written"):
        carried_out(tmp_path / "study", progress=Instant())
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Let Ctrl-C interrupt, whatever the shell decided that started the tests in the background."""
    earlier = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, earlier)


@pytest.mark.usefixtures("interruptible")
def test_interruptions_wait_while_results_are_written(tmp_path: Path) -> None:
    class Hasty(Silent):
        def say(self, text: str) -> None:
            signal.raise_signal(signal.SIGINT)

    assert carried_out(tmp_path / "study", progress=Hasty(), checks=False).manifest["status"] == "complete"
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_a_folder_with_something_else_is_refused_before_anything_runs(tmp_path: Path) -> None:
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "thesis.doc").write_text("ten years of work")
    with pytest.raises(ResultsError, match="choose another folder"):
        carried_out(tmp_path / "study", always_failing)
    assert [path.name for path in (tmp_path / "study").iterdir()] == ["thesis.doc"]


def test_a_full_disk_is_no_traceback_and_spares_earlier_results(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = carried_out(tmp_path / "study", checks=False)

    def full(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(conclusion.store, "write", full)
    with pytest.raises(ResultsError, match=r"no space left on device\. What finished before is stored; make room"):
        carried_out(tmp_path / "study", checks=False)
    assert load(tmp_path / "study").manifest == first.manifest


def test_a_market_without_policies_is_run_alone(tmp_path: Path) -> None:
    found = carried_out(tmp_path / "study", given=scenario(policies={}))
    assert found.manifest["runs"]["checks"]["planned"] == 0
    assert set(found.summary["policy"]) == {"base"}
    assert found.summary["diff"].isna().all()


def test_results_go_to_a_folder_of_the_studys_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[Any, ...]] = []
    monkeypatch.setattr(study, "carry_out", lambda *given: seen.append(given))
    monkeypatch.chdir(tmp_path)
    run_study(replace(scenario(), name="my study"), jobs=3, threads=2, policies=["lane"], checks=False, command="x")
    _, runs, folder, settings, progress = seen[0]
    assert folder == Path("results") / "my study"
    assert (runs.policies, runs.checks) == (("lane",), ())
    assert settings == Settings(3, 2, "x")
    assert isinstance(progress, Silent)


def test_a_run_that_ends_python_has_failed(tmp_path: Path) -> None:
    found = carried_out(tmp_path / "study", quitting, checks=False)
    lost = found.runs[found.runs["status"] == "failed"]
    assert set(lost["replication"]) == {1}
    assert lost["error"].str.contains("the run wanted to end Python: SystemExit: 0 .in quitting, fake_models.py").all()
    assert found.manifest["status"] == "failed"


def test_reference_runs_alone_are_no_results(tmp_path: Path) -> None:
    lane = {"retailers.Alpha.tiers.key.rule.value_pct": 5.0, "retailers.Alpha.desks.contact.discipline": "priority"}
    with pytest.raises(RunFailedError, match=r"none of 12 runs finished.*nothing else works"):
        carried_out(tmp_path / "study", only_references, given=scenario(policies={"lane": lane}), checks=False)


def sweep_at(*values: float, **more: Any) -> dict[str, Any]:
    return {"design": "grid", "uncertainties": {"seen": {"path": VISIBILITY, "values": list(values)}}, **more}


def test_a_question_whose_runs_fail_leaves_everything_else(tmp_path: Path) -> None:
    given = scenario(sweep={"blind": sweep_at(1.0), "other": sweep_at(0.2)})
    with pytest.raises(RunFailedError, match="sweep blind finished; the first error: ValueError: too visible") as error:
        carried_out(tmp_path / "study", failing_when_visible, given=given, checks=False)
    assert f"the other results are in {tmp_path / 'study'}" in str(error.value)
    found = load(tmp_path / "study")
    assert found.manifest["status"] == "failed"
    assert found.manifest["runs"]["main"]["done"] == 12
    assert set(found.answers["sweep"]["name"]) == {"other"}


def test_a_sweep_of_policies_that_are_not_run_is_left_out(tmp_path: Path) -> None:
    given = scenario(sweep={"x": sweep_at(0.2, policies=["lane"])})
    found = carried_out(tmp_path / "study", given=given, checks=False, policies=["staff"])
    assert found.manifest["status"] == "complete"
    assert "sweep" not in found.answers


def test_an_interruption_before_anything_is_not_said_of_earlier_results(tmp_path: Path) -> None:
    carried_out(tmp_path / "study", checks=False)
    with pytest.raises(StudyInterruptedError, match="interrupted before a run finished; nothing was written to"):
        carried_out(tmp_path / "study", given=scenario({"seed": 7}), progress=AtOnce(), checks=False)
    assert load(tmp_path / "study").manifest["seed"] == 1


class AtOnce(Silent):
    """Presses Ctrl-C before anything is run."""

    def begin(self, what: str, total: int, already: int = 0) -> None:
        raise KeyboardInterrupt
