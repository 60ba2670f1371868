"""One run from outside: what it returns, and that it ends as it should."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from tests.markets import lively

from marketsim.errors import ScenarioError
from marketsim.market import compiled
from marketsim.results.tables import RUN_TABLES
from marketsim.simulation import run as run_module
from marketsim.simulation.model import PHASES
from marketsim.simulation.run import is_compiled, simulate, warm_up


def test_the_tables_are_those_of_the_schema_in_canonical_order() -> None:
    result = simulate(lively(), replication=1, policy="lane")
    assert list(result.tables) == [table.name for table in RUN_TABLES]
    for table in RUN_TABLES:
        frame = result.tables[table.name]
        assert list(frame.columns) == table.column_names()
        assert (frame["policy"] == "lane").all()
        assert (frame["replication"] == 1).all()
        keys = table.key_names()
        assert not frame.duplicated(keys).any()
        text = frame[keys].astype({k: str for k in keys if frame[k].dtype == "category"})
        pd.testing.assert_frame_equal(text, text.sort_values(keys, ignore_index=True))


def test_what_else_a_run_tells() -> None:
    result = simulate(lively(), replication=0)
    assert (result.policy, result.replication) == ("base", 0)
    assert (result.months, result.customers, result.agents) == (8, 4020, 150)
    assert set(result.phase_seconds) == {"open market", *PHASES}


def test_a_policy_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ScenarioError, match="lame"):
        simulate(lively(), replication=0, policy="lame")


def test_the_first_run_on_a_machine_is_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the mark is looked at here; compiling itself takes its time once."""
    monkeypatch.setattr(run_module, "cache_folder", lambda: tmp_path / "empty")
    assert not is_compiled()
    monkeypatch.setattr(run_module, "simulate", lambda *_, **__: None)
    warm_up()
    assert is_compiled()
    assert compiled.cache_folder() != tmp_path / "empty"
