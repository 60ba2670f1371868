"""The executors: they start without a main guard, end with their parent, and say what is missing."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Executor
from pathlib import Path

import psutil
import pytest
from tests.experiments.fake_tasks import DEADLY, SLOW, environment, keys_of, times
from tests.experiments.test_dispatch import Desk, dispatched

from marketsim.errors import RunFailedError
from marketsim.experiments.executors import SerialExecutor, executor_factory
from marketsim.experiments.runs import DONE, FAILED
from marketsim.experiments.settings import Settings
from marketsim.experiments.workers import make_workers

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")])}
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="processes are killed by POSIX signals")

SCRIPT = """
import sys
from pathlib import Path
from marketsim.experiments.settings import Settings
from marketsim.experiments.workers import make_workers
from tests.experiments.fake_tasks import fake_task, keys_of

print("from the top", flush=True)
here = Path({folder!r})
settings = Settings(jobs=2, executor={executor!r})
found = []
with make_workers(fake_task(here), settings, here / "stop", print) as workers:
    workers.run(keys_of({policy!r}, worlds={worlds}), found.append, lambda: None)
print(len(found), {{outcome.status for outcome in found}})
"""


def script(folder: Path, executor: str = "loky", policy: str = "base", worlds: int = 6) -> str:
    return SCRIPT.format(folder=str(folder), executor=executor, policy=policy, worlds=worlds)


def start(command: list[str], **options: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,  # type: ignore[call-overload]
    )


@pytest.mark.parametrize("executor", ["loky", "dask"])
@pytest.mark.parametrize("way", ["file", "-c", "stdin"])
def test_a_script_needs_no_main_guard(tmp_path: Path, way: str, executor: str) -> None:
    text = script(tmp_path, executor)
    (tmp_path / "script.py").write_text(text)
    command = {"file": [str(tmp_path / "script.py")], "-c": ["-c", text], "stdin": ["-"]}[way]
    done = subprocess.run(
        [sys.executable, *command],
        env=ENVIRONMENT,
        input=text if way == "stdin" else None,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.stdout, done.stderr, done.returncode) == ("from the top\n6 {'done'}\n", "", 0)


@pytest.mark.parametrize("executor", ["loky", "dask"])
def test_workers_have_the_threads_of_one_run(tmp_path: Path, executor: str) -> None:
    desk = dispatched(tmp_path, keys_of("base"), executor_factory(executor, 2, threads=3), task=environment)
    assert [outcome.error for outcome in desk.outcomes] == ["3 1"]


@pytest.fixture
def study(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str]]:
    """A study of many slow runs in a process group of its own, under way."""
    process = start([sys.executable, "-c", script(tmp_path, request.param, SLOW, 200)], start_new_session=True)
    wait_until(lambda: len([*tmp_path.glob(f"{SLOW}-*")]) >= 4)
    yield process
    process.kill()
    process.communicate()


def wait_until(what: object, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not what() and time.monotonic() < end:  # type: ignore[operator]
        time.sleep(0.05)
    assert what()  # type: ignore[operator]


@POSIX
@pytest.mark.parametrize("study", ["loky", "dask"], indirect=True)
def test_workers_end_when_their_parent_is_killed(study: subprocess.Popen[str]) -> None:
    children = psutil.Process(study.pid).children(recursive=True)
    assert len(children) >= 2
    study.kill()
    _, alive = psutil.wait_procs(children, timeout=20)
    assert [child for child in alive if child.status() != psutil.STATUS_ZOMBIE] == []


@POSIX
@pytest.mark.parametrize("study", ["loky", "dask"], indirect=True)
def test_workers_leave_ctrl_c_to_their_parent(study: subprocess.Popen[str], tmp_path: Path) -> None:
    os.killpg(study.pid, signal.SIGINT)
    out, error = study.communicate(timeout=60)
    assert out == "from the top\nstopping when the runs under way are done; Ctrl-C again leaves them\n"
    assert error.splitlines()[-1] == "KeyboardInterrupt"
    assert study.returncode == -signal.SIGINT
    begun = len([*tmp_path.glob(f"{SLOW}-*")])
    assert 4 <= begun < 100


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("tcp://127.0.0.1:1", "cannot be reached: .*Connection refused"),
        ("nonsense", "cannot be reached: it has no host or no port. An address looks like tcp://10.0.0.5:8786"),
        ("missing.json", "missing.json is not a scheduler file such as `dask scheduler --scheduler-file` writes"),
    ],
)
def test_a_scheduler_that_cannot_be_reached(address: str, said: str, tmp_path: Path) -> None:
    began = time.monotonic()
    settings = Settings(jobs=2, scheduler=address)
    with (
        pytest.raises(RunFailedError, match=said),
        make_workers(environment, settings, tmp_path / "stop", print),
    ):
        pass
    assert time.monotonic() - began < 15


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A Dask scheduler in a process of its own, as on a cluster."""
    file = tmp_path / "scheduler.json"
    command = ["-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    process = start([sys.executable, *command, "--scheduler-file", str(file)], cwd=tmp_path)
    wait_until(file.exists)
    yield str(file), process
    process.kill()
    process.communicate()


@pytest.fixture
def worker(scheduler: tuple[str, subprocess.Popen[str]], tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A worker of that scheduler."""
    command = ["-m", "distributed.cli.dask_worker", "--scheduler-file", scheduler[0], "--nthreads", "1"]
    process = start([sys.executable, *command, "--no-dashboard", "--host", "127.0.0.1"], cwd=tmp_path)
    yield process
    process.terminate()
    try:
        process.communicate(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()


def connected(file: str, said: list[str]) -> Executor:
    return executor_factory("dask", 1, scheduler=file, say=said.append)()


def test_a_scheduler_without_workers_is_waited_for(
    scheduler: tuple[str, subprocess.Popen[str]], request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    said: list[str] = []
    executor = connected(scheduler[0], said)
    assert said == [f"the Dask scheduler {scheduler[0]} has no workers yet; waiting for them"]
    request.getfixturevalue("worker")
    desk = dispatched(tmp_path, keys_of("base", worlds=10), lambda: executor)
    assert set(desk.statuses().values()) == {DONE}


@POSIX
@pytest.mark.usefixtures("worker")
def test_a_run_that_kills_the_worker_of_a_cluster_has_failed(
    scheduler: tuple[str, subprocess.Popen[str]], tmp_path: Path
) -> None:
    desk = dispatched(tmp_path, keys_of("base", DEADLY, worlds=1), lambda: connected(scheduler[0], []))
    assert desk.statuses() == {"base-0": DONE, "deadly-0": FAILED}


@POSIX
@pytest.mark.usefixtures("worker")
def test_a_scheduler_that_goes_away_ends_the_study(
    scheduler: tuple[str, subprocess.Popen[str]], tmp_path: Path
) -> None:
    desk = Desk({3: scheduler[1].kill})
    began = time.monotonic()
    with pytest.raises(RunFailedError, match="cannot be reached"):
        dispatched(tmp_path, keys_of(SLOW, worlds=50), lambda: connected(scheduler[0], []), desk=desk)
    assert time.monotonic() - began < 120
    assert 3 <= len(desk.outcomes) < 50


def test_unknown_names_and_schedulers_out_of_place(tmp_path: Path) -> None:
    with pytest.raises(RunFailedError, match="there is no executor 'joblib'; there are serial, loky, dask, mpi"):
        executor_factory("joblib", 2)
    with pytest.raises(RunFailedError, match="--scheduler goes with the executor dask"):
        make_workers(environment, Settings(executor="loky", scheduler="tcp://a:1"), tmp_path / "stop", print)


@pytest.mark.parametrize(("name", "package", "extra"), [("dask", "distributed", "cluster"), ("mpi", "mpi4py", "mpi")])
def test_what_to_install_is_said(name: str, package: str, extra: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(RunFailedError, match=rf"pip install 'marketsim\[{extra}\]'"):
        executor_factory(name, 2)()


def test_who_carries_out_runs_unless_it_is_said(tmp_path: Path) -> None:
    def made(settings: Settings, runs: int | None = None) -> Executor:
        with make_workers(environment, settings, tmp_path / "stop", print, runs) as workers:
            return workers._executor  # type: ignore[attr-defined, no-any-return]

    assert isinstance(made(Settings(jobs=1)), SerialExecutor)
    assert isinstance(made(Settings(jobs=8), runs=1), SerialExecutor)
    assert type(made(Settings(jobs=2))).__name__ == "LokyExecutor"
    assert type(made(Settings(jobs=1, executor="loky"))).__name__ == "LokyExecutor"
    own = SerialExecutor()
    assert made(Settings(jobs=2, executor=lambda: own)) is own


MPI_READY = importlib.util.find_spec("mpi4py") is not None and shutil.which("mpiexec") is not None


@pytest.mark.skipif(not MPI_READY, reason="mpi4py or mpiexec is not installed")
def test_runs_on_the_processes_of_mpiexec(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(script(tmp_path, "mpi", worlds=40))
    launcher = ["mpiexec", "-n", "3", sys.executable, "-m", "mpi4py.futures", str(tmp_path / "script.py")]
    done = subprocess.run(launcher, env=ENVIRONMENT, capture_output=True, text=True, timeout=120, check=False)
    assert (done.stdout, done.returncode) == ("from the top\n40 {'done'}\n", 0)
    assert all(times(tmp_path, key) == 1 for key in keys_of("base", worlds=40))


@pytest.mark.skipif(not MPI_READY, reason="mpi4py or mpiexec is not installed")
def test_mpi_without_processes_says_how_to_start_it() -> None:
    with pytest.raises(RunFailedError, match=r"start it with: mpiexec -n 16 python -m mpi4py.futures -m marketsim"):
        executor_factory("mpi", 2)()
