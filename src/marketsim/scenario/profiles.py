"""Hourly load profiles from CSV, turned into the shares of energy in peak, flat and valley hours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from marketsim.errors import DataFileError
from marketsim.scenario.datafiles import ANY, CsvTable, Faults, read_csv, to_number
from marketsim.scenario.environment import TimeBands
from marketsim.scenario.layers import LIBRARY
from marketsim.scenario.paths import closest

PROFILES = LIBRARY / "profiles"
"""Folder of the shipped profiles."""
DAY_TYPES = {"workday": 5 / 7, "restday": 2 / 7}
"""Weights of the day types in a mean day."""
_HOURS = 24


def profile_names() -> list[str]:
    """Return the names of the shipped profiles."""
    return sorted(path.stem for path in PROFILES.glob("*.csv"))


def find_profile(name: str, folder: Path) -> Path:
    """Return the file of a load profile: a CSV relative to the scenario file, or a shipped one by its name.

    Raises:
        DataFileError: there is neither.
    """
    path = folder / name
    if "\x00" not in name and path.is_file():
        return path
    if name in profile_names():
        return PROFILES / f"{name}.csv"
    if name.endswith(".csv"):
        return path
    near = closest(name, profile_names())
    hint = f"; did you mean {near[0]}?" if near else ""
    shipped = ", ".join(profile_names())
    raise DataFileError(f"there is neither a file {name} nor a shipped profile of this name ({shipped}){hint}")


def read_profile(path: Path, file: str) -> tuple[list[float], str]:
    """Return the mean load of the 24 hours of a day, and the hash of the file.

    A profile has the columns hour (0-23), load and, optionally, day_type (workday, restday; weighted 5/7 and
    2/7); or the columns timestamp (YYYY-MM-DD HH:MM, hourly) and load.

    Raises:
        DataFileError: with everything that is wrong in the file.
    """
    table = read_csv(path, file, ("load",), ANY)
    faults = Faults(file)
    if "timestamp" in table.columns:
        hours = _from_timestamps(table, faults)
    elif "hour" in table.columns:
        hours = _from_typical_days(table, faults)
    else:
        raise DataFileError(f"{file} needs a column hour (0-23), or a column timestamp (YYYY-MM-DD HH:MM)")
    faults.check()
    if sum(hours) <= 0:
        raise DataFileError(f"{file}: all loads are 0; at least one hour must have load")
    return hours, table.digest


def band_shares(hours: list[float], bands: TimeBands) -> tuple[float, float, float]:
    """Return the shares of energy in peak, flat and valley hours; they sum to 1."""
    total = sum(hours)
    peak = sum(hours[hour] for hour in bands.peak_hours) / total
    valley = sum(hours[hour] for hour in bands.valley_hours) / total
    return peak, 1.0 - peak - valley, valley


def _loads(table: CsvTable, faults: Faults) -> Iterator[tuple[int, dict[str, str], float]]:
    for line, row in table.rows:
        try:
            yield line, row, to_number(row["load"], lambda load: load >= 0, "a number of at least 0")
        except ValueError as error:
            faults.add(line, "load", row["load"], str(error))


def _from_typical_days(table: CsvTable, faults: Faults) -> list[float]:
    days: dict[str, dict[int, float]] = {}
    for line, row, load in _loads(table, faults):
        day = row.get("day_type", "workday")
        if day not in DAY_TYPES:
            faults.add(line, "day_type", day, f"must be {' or '.join(DAY_TYPES)}")
            continue
        if row["hour"] not in map(str, range(_HOURS)):
            faults.add(line, "hour", row["hour"], "must be a whole number from 0 to 23")
            continue
        hours = days.setdefault(day, {})
        if int(row["hour"]) in hours:
            faults.add(line, "hour", row["hour"], f"this hour of the {day} is given twice")
        hours[int(row["hour"])] = load
    if "day_type" in table.columns:
        days = {day: days.get(day, {}) for day in DAY_TYPES}
    return _mean_day(days, faults)


def _mean_day(days: dict[str, dict[int, float]], faults: Faults) -> list[float]:
    for day, hours in days.items():
        missing = [hour for hour in range(_HOURS) if hour not in hours]
        if missing and not faults.count:
            faults.add(None, "", None, f"the {day} lacks the hours {', '.join(map(str, missing))}; give 0 to 23")
    weights = {day: DAY_TYPES[day] if len(days) > 1 else 1.0 for day in days}
    return [sum(weights[day] * hours.get(hour, 0.0) for day, hours in days.items()) for hour in range(_HOURS)]


def _from_timestamps(table: CsvTable, faults: Faults) -> list[float]:
    sums, counts, seen = [0.0] * _HOURS, [0] * _HOURS, set()
    for line, row, load in _loads(table, faults):
        try:
            moment = datetime.fromisoformat(row["timestamp"])
        except ValueError:
            faults.add(line, "timestamp", row["timestamp"], "must be a time such as 2024-01-31 08:00")
            continue
        if moment in seen:
            faults.add(line, "timestamp", row["timestamp"], "this time is given twice")
        seen.add(moment)
        sums[moment.hour] += load
        counts[moment.hour] += 1
    missing = [hour for hour in range(_HOURS) if not counts[hour]]
    if missing and not faults.count:
        faults.add(None, "", None, f"there is no load at the hours {', '.join(map(str, missing))} of any day")
    return [total / max(count, 1) for total, count in zip(sums, counts, strict=True)]
