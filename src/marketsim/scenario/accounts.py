"""A company's own book of accounts, read from CSV in place of sampled customers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from marketsim.scenario.customers import CREDIT_GRADES
from marketsim.scenario.datafiles import CsvTable, Faults, read_csv, to_number
from marketsim.scenario.loaded import AccountBook
from marketsim.scenario.paths import no_such

COLUMNS = ("id", "annual_mwh", "region", "credit_grade", "retailer", "contract_end_month")
"""Columns of a book of accounts."""
DEFAULT_SUPPLIER = "default supplier"
"""What stands in the column retailer for a customer of the supplier of last resort."""
_LARGEST_MWH = 1e9
_LAST_MONTH = 1200


def read_accounts(path: Path, file: str, retailers: list[str], regions: list[str]) -> tuple[AccountBook, str]:
    """Return a book of accounts, sorted by id, and the hash of its file.

    Args:
        path: where the CSV is.
        file: what the scenario calls it.
        retailers: names of all retailers in order.
        regions: names of all regions in order.

    Raises:
        DataFileError: with everything that is wrong in the file.
    """
    table = read_csv(path, file, COLUMNS)
    faults = Faults(file)
    ids = _ids(table, faults)
    energy = _column(table, "annual_mwh", _energy, faults)
    region = _column(table, "region", _index(regions, "region"), faults)
    grade = _column(table, "credit_grade", _index(list(CREDIT_GRADES), "credit grade"), faults)
    retailer = _column(table, "retailer", _supplier(retailers), faults)
    end = _column(table, "contract_end_month", _month, faults)
    faults.check()
    order = sorted(range(len(ids)), key=ids.__getitem__)
    return AccountBook(
        ids=tuple(ids[i] for i in order),
        annual_mwh=np.array(energy, dtype=np.float64)[order],
        regions=np.array(region, dtype=np.int64)[order],
        credit_grades=np.array(grade, dtype=np.int64)[order],
        retailers=np.array(retailer, dtype=np.int64)[order],
        contract_end_months=np.array(end, dtype=np.int64)[order],
    ), table.digest


def _ids(table: CsvTable, faults: Faults) -> list[str]:
    first: dict[str, int] = {}
    for line, row in table.rows:
        if not row["id"]:
            faults.add(line, "id", None, "missing; every account needs an id of its own")
        elif row["id"] in first:
            faults.add(line, "id", row["id"], f"this id is given twice; the first is in row {first[row['id']]}")
        first.setdefault(row["id"], line)
    return table.column("id")


def _column(table: CsvTable, name: str, read: Callable[[str], float], faults: Faults) -> list[float]:
    values = []
    for line, row in table.rows:
        try:
            values.append(read(row[name]))
        except ValueError as error:
            faults.add(line, name, row[name] or None, str(error))
            values.append(0.0)
    return values


def _energy(text: str) -> float:
    return to_number(
        text,
        lambda mwh: 0 < mwh <= _LARGEST_MWH,
        f"a number above 0 and at most {_LARGEST_MWH:.0e} (MWh a year)",
    )


def _month(text: str) -> float:
    what = f"a whole number from 0 to {_LAST_MONTH} (last month of the contract; 0 is the first of the run)"
    return to_number(text, lambda month: 0 <= month <= _LAST_MONTH and month.is_integer(), what)


def _index(names: list[str], what: str) -> Callable[[str], float]:
    positions = {name: position for position, name in enumerate(names)}

    def read(text: str) -> float:
        if text not in positions:
            raise ValueError(no_such(what, text, names) if text else f"missing; must be a {what}: {', '.join(names)}")
        return positions[text]

    return read


def _supplier(retailers: list[str]) -> Callable[[str], float]:
    among = _index([*retailers, DEFAULT_SUPPLIER], "retailer")

    def read(text: str) -> float:
        position = among(text)
        return -1 if position == len(retailers) else position

    return read
