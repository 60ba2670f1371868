"""Everything that a study reads from data files, with the scenario's line where a file is at fault."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from marketsim.errors import DataFileError, Problem, ScenarioError
from marketsim.scenario.accounts import read_accounts
from marketsim.scenario.changes import changed_study
from marketsim.scenario.environment import SpotHistory
from marketsim.scenario.loaded import AccountBook, FloatArray, PointRow, ScenarioData
from marketsim.scenario.outline import Segments
from marketsim.scenario.points_table import read_points
from marketsim.scenario.problems import problem_at
from marketsim.scenario.profiles import band_shares, find_profile, read_profile
from marketsim.scenario.spot_history import read_spot
from marketsim.scenario.strategy import mentions_strategy
from marketsim.scenario.study import Study
from marketsim.scenario.user_code import python_rules, read_code
from marketsim.scenario.yaml_tree import Node

Contents = TypeVar("Contents")


class _Reader:
    """Reads files and keeps their hashes and problems."""

    def __init__(self, tree: Node) -> None:
        self.tree = tree
        self.problems: list[Problem] = []
        self.hashes: dict[str, str] = {}

    def read(self, file: str, path: Segments, read: Callable[[], tuple[Contents, str]]) -> Contents | None:
        try:
            contents, digest = read()
        except DataFileError as error:
            self.problems.append(problem_at(path, str(error), self.tree))
            return None
        self.hashes[file] = digest
        return contents


def read_data(study: Study, tree: Node, folder: Path) -> tuple[ScenarioData, list[Problem]]:
    """Return the contents of every data file that a study names, and what is wrong with them.

    Args:
        study: the study.
        tree: where its values stand, for the messages.
        folder: folder of the scenario file; paths are relative to it.
    """
    reader = _Reader(tree)
    shares = {name: _shares(reader, study, name, folder) for name in study.segments}
    books = {name: _book(reader, study, name, folder) for name, s in study.segments.items() if s.customers_file}
    data = ScenarioData(
        band_shares=shares,
        books={name: book for name, book in books.items() if book is not None},
        spot_cny_per_mwh=_spot(reader, study, folder),
        file_hashes=reader.hashes,
        strategy_code=_code(reader, study, folder),
        points=_points(reader, study, folder),
    )
    return data, reader.problems


def _shares(reader: _Reader, study: Study, name: str, folder: Path) -> tuple[float, float, float]:
    file = study.segments[name].load_profile
    hours = reader.read(
        file, ("segments", name, "load_profile"), lambda: read_profile(find_profile(file, folder), file)
    )
    return band_shares(hours or [1.0] * 24, study.market.time_bands)


def _book(reader: _Reader, study: Study, name: str, folder: Path) -> AccountBook | None:
    file = study.segments[name].customers_file or ""
    retailers, regions = sorted(study.retailers), sorted(study.market.regions)
    path: Segments = ("segments", name, "customers_file")
    book = reader.read(file, path, lambda: read_accounts(folder / file, file, retailers, regions))
    if book is not None and not study.segments[name].contestable and any(book.retailers >= 0):
        message = (
            f"{file} names retailers, but segment {name} is not contestable; "
            "its customers stay with the default supplier"
        )
        reader.problems.append(problem_at(path, message, reader.tree))
    return book


def _spot(reader: _Reader, study: Study, folder: Path) -> FloatArray | None:
    spot = study.market.spot
    if not isinstance(spot, SpotHistory):
        return None
    return reader.read(spot.file, ("market", "spot", "file"), lambda: read_spot(spot, folder / spot.file))


def _points(reader: _Reader, study: Study, folder: Path) -> dict[str, tuple[PointRow, ...]]:
    """Read the points of sweeps that stand in a table; they are no part of what identifies a run."""
    found = {}
    for name, sweep in study.sweep.items():
        if sweep.design != "table" or not sweep.table or not sweep.axes():
            continue  # what is wrong with it is said where sweeps are checked
        try:
            found[name] = read_points(sweep, study, folder / sweep.table)
        except DataFileError as error:
            reader.problems.append(problem_at(("sweep", name, "table"), str(error), reader.tree))
    return found


def _code(reader: _Reader, study: Study, folder: Path) -> dict[str, str]:
    """Read the strategies that users wrote, those that only a policy brings in as well."""
    texts = _code_of(reader, study, (), folder)
    for name, changes in study.policies.items():
        if not mentions_strategy(changes):
            continue
        try:
            changed = changed_study(study, changes, f"policy {name}")
        except ScenarioError:
            continue  # what is wrong with it is said where policies are checked
        texts |= _code_of(reader, changed, ("policies", name), folder)
    return texts


def _code_of(reader: _Reader, study: Study, inside: Segments, folder: Path) -> dict[str, str]:
    texts = {}
    for name, retailer in study.retailers.items():
        for below, rule in python_rules(retailer.strategy):
            file = rule.file or ""
            path = inside or ("retailers", name, "strategy", *below, "file")
            text = reader.read(file, path, lambda rule=rule: read_code(rule, folder))  # type: ignore[misc]
            if text is not None:
                texts[file] = text
    return texts
