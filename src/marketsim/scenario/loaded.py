"""A scenario that is ready to run: the validated study, and the contents of the data files that it names."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marketsim.scenario.study import Study

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class AccountBook:
    """Real accounts of one segment, one row an account, sorted by id.

    Attributes:
        ids: account ids as text.
        annual_mwh: yearly energy, MWh.
        regions: index into the study's regions in name order.
        credit_grades: 0 (A) to 3 (D).
        retailers: index into the study's retailers in name order; -1 is the default supplier.
        contract_end_months: month (counted from 0) in which the present contract ends.
    """

    ids: tuple[str, ...]
    annual_mwh: FloatArray
    regions: IntArray
    credit_grades: IntArray
    retailers: IntArray
    contract_end_months: IntArray


@dataclass(frozen=True)
class PointRow:
    """A row of a table of points: its line in the file, and the value of every label."""

    line: int
    values: dict[str, Any]


@dataclass(frozen=True)
class ScenarioData:
    """Contents of every data file that a study names.

    Attributes:
        band_shares: per segment, shares of energy in peak, flat and valley hours (three numbers that sum to 1).
        books: per segment that has a customers_file, its accounts.
        spot_cny_per_mwh: monthly spot history, or None when the price is generated.
        file_hashes: SHA-256 of each file read, by the name that the study gives it.
        strategy_code: text of each file with a user's own strategy, by the name that the study gives it.
        points: rows of the table of each sweep that has one, by the sweep's name. They say which runs there are, and
            nothing about any of them, so they are not among the files whose hashes identify a result.
    """

    band_shares: dict[str, tuple[float, float, float]]
    books: dict[str, AccountBook] = field(default_factory=dict)
    spot_cny_per_mwh: FloatArray | None = None
    file_hashes: dict[str, str] = field(default_factory=dict)
    strategy_code: dict[str, str] = field(default_factory=dict)
    points: dict[str, tuple[PointRow, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Scenario:
    """A study with its data, ready to simulate.

    Attributes:
        name: name of the study (the file's name without suffix).
        study: the validated contents.
        data: contents of the data files.
        source: the file that the user gave, as he gave it; empty for one built in Python.
        text: the file, verbatim; empty for one built in Python.
    """

    name: str
    study: Study
    data: ScenarioData
    source: str = ""
    text: str = ""
