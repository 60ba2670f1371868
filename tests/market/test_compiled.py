"""Compiled rules, and a cache that notices when their sources change."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numba
import pytest

from marketsim.market import compiled
from marketsim.market.compiled import cache_folder, rule


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the sources, which cache_folder reads instead of the real ones."""
    copy = tmp_path / "market"
    shutil.copytree(Path(compiled.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(compiled, "__file__", str(copy / "compiled.py"))
    monkeypatch.setenv("MARKETSIM_CACHE_DIR", str(tmp_path / "cache"))
    yield copy
    cache_folder.cache_clear()


def folder() -> Path:
    cache_folder.cache_clear()
    return cache_folder()


def test_the_same_sources_have_the_same_folder_wherever_they_are(sources: Path, tmp_path: Path) -> None:
    first = folder()
    assert first == folder()
    assert first.parent == tmp_path / "cache" / "marketsim"
    moved = sources.rename(tmp_path / "elsewhere")
    compiled.__file__ = str(moved / "compiled.py")
    assert folder() == first


@pytest.mark.parametrize("name", ["draws.py", "choice.py", "compiled.py", "queues.py"])
def test_any_change_of_any_source_gives_another_folder(sources: Path, name: str) -> None:
    before = folder()
    text = (sources / name).read_text(encoding="utf-8")
    (sources / name).write_text(text + "\n", encoding="utf-8")
    changed = folder()
    assert changed != before
    (sources / name).write_text(text, encoding="utf-8")
    assert folder() == before


def test_modules_without_rules_do_not_count(sources: Path) -> None:
    before = folder()
    (sources / "plain.py").write_text("NUMBER = 1\n", encoding="utf-8")
    assert folder() == before


def test_a_source_more_or_less_or_renamed_gives_another_folder(sources: Path) -> None:
    found = [folder()]
    (sources / "new_rule.py").write_text("# @rule\n", encoding="utf-8")
    found.append(folder())
    (sources / "new_rule.py").rename(sources / "newer_rule.py")
    found.append(folder())
    (sources / "newer_rule.py").unlink()
    assert len(set(found)) == 3
    assert folder() == found[0]


def test_another_version_of_numba_gives_another_folder(sources: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = folder()
    monkeypatch.setattr(numba, "__version__", "0.0.1")
    assert folder() != before


def test_a_folder_that_cannot_be_written_is_replaced(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a file").write_text("", encoding="utf-8")
    monkeypatch.setenv("MARKETSIM_CACHE_DIR", str(tmp_path / "a file"))
    assert folder().parent.name == "marketsim-cache"


def test_the_plain_function_stays_at_hand() -> None:
    doubled = rule(lambda x: 2.0 * x)
    assert doubled(1.5) == doubled.py_func(1.5) == 3.0  # type: ignore[attr-defined]


def test_dividing_by_zero_follows_floats_not_python() -> None:
    inverse = rule(lambda x: 1.0 / x)
    assert inverse(0.0) == float("inf")


def test_the_folder_of_other_packages_is_left_alone() -> None:
    before = numba.config.CACHE_DIR
    rule(lambda x: x)
    assert before == numba.config.CACHE_DIR
