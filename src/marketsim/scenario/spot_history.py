"""A spot price history from CSV, averaged to months of the market's own time zone."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from marketsim.errors import DataFileError
from marketsim.scenario.datafiles import ANY, CsvTable, Faults, read_csv, to_number
from marketsim.scenario.environment import SpotHistory
from marketsim.scenario.loaded import FloatArray

FEWEST_MONTHS = 12
_PER_MWH = {"cny_per_mwh": 1.0, "cny_per_kwh": 1000.0}
_HOUR = timedelta(hours=1)
_HIGHEST_CNY_PER_MWH = 1e6
_Month = tuple[int, int]


def read_spot(spot: SpotHistory, path: Path) -> tuple[FloatArray, str]:
    """Return the monthly spot prices of a history in CNY/MWh, and the hash of its file.

    Hourly prices are averaged over the months of the market's time zone; at the ends of the history, months
    that it does not cover from first to last hour are left out. The first month is month 0 of the run; a
    history that is shorter than the run repeats from its start.

    Args:
        spot: file, columns, resolution, time zones and unit.
        path: where the file is.

    Raises:
        DataFileError: with everything that is wrong in the file.
    """
    table = read_csv(path, spot.file, (spot.time_column, spot.price_column), ANY)
    faults = Faults(spot.file)
    prices = _prices(table, spot, faults)
    months = (
        _hourly(table, spot, prices, faults) if spot.resolution == "hourly" else _monthly(table, spot, prices, faults)
    )
    faults.check()
    if len(months) < FEWEST_MONTHS:
        raise DataFileError(f"{spot.file} covers {len(months)} full months; at least {FEWEST_MONTHS} are needed")
    return np.array([months[month] for month in sorted(months)], dtype=np.float64), table.digest


def _prices(table: CsvTable, spot: SpotHistory, faults: Faults) -> list[float]:
    factor, prices = _PER_MWH[spot.unit], []
    for line, row in table.rows:
        text = row[spot.price_column]
        try:
            value = to_number(
                text, lambda price: abs(price * factor) <= _HIGHEST_CNY_PER_MWH, f"a price in {spot.unit}"
            )
        except ValueError as error:
            faults.add(line, spot.price_column, text or None, str(error))
            value = 0.0
        prices.append(value * factor)
    return prices


def _monthly(table: CsvTable, spot: SpotHistory, prices: list[float], faults: Faults) -> dict[_Month, float]:
    months: dict[_Month, float] = {}
    for (line, row), price in zip(table.rows, prices, strict=True):
        month = _month_of(row[spot.time_column])
        if month is None:
            faults.add(line, spot.time_column, row[spot.time_column], "must be a month such as 2024-01")
            continue
        if month in months:
            faults.add(line, spot.time_column, row[spot.time_column], "this month is given twice")
        if price <= 0:
            faults.add(line, spot.price_column, row[spot.price_column], "the mean price of a month must be above 0")
        months[month] = price
    _check_months(months, faults)
    return months


def _month_of(text: str) -> _Month | None:
    try:
        moment = datetime.strptime(text[:7], "%Y-%m").replace(tzinfo=UTC)
    except ValueError:
        return None
    return (moment.year, moment.month) if text[7:] in ("", "-01") else None


def _check_months(months: dict[_Month, float], faults: Faults) -> None:
    ordered = sorted(months)
    for earlier, later in itertools.pairwise(ordered):
        following = (earlier[0] + earlier[1] // 12, earlier[1] % 12 + 1)
        if later != following and not faults.count:
            faults.add(
                None,
                "",
                None,
                f"gap: {following[0]}-{following[1]:02d} is missing (after {earlier[0]}-{earlier[1]:02d})",
            )


def _hourly(table: CsvTable, spot: SpotHistory, prices: list[float], faults: Faults) -> dict[_Month, float]:
    zone = _zone(spot.time_zone, "time_zone", faults)
    market = _zone(spot.market_time_zone, "market_time_zone", faults)
    moments: dict[datetime, float] = {}
    for (line, row), price in zip(table.rows, prices, strict=True):
        text = row[spot.time_column]
        moment = _moment(text, zone, moments)
        if moment is None:
            faults.add(line, spot.time_column, text, "must be a full hour such as 2024-01-31 08:00")
        elif moment in moments:
            faults.add(line, spot.time_column, text, "this hour is given twice")
        else:
            moments[moment] = price
    _check_hours(moments, market, faults)
    return _averages(moments, market, faults) if not faults.count else {}


def _zone(name: str, field: str, faults: Faults) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        faults.add(None, "", None, f"{field} {name} is not an IANA time zone; write for example Asia/Shanghai or UTC")
        return UTC


def _moment(text: str, zone: tzinfo, seen: dict[datetime, float]) -> datetime | None:
    """Return the moment of an hour; of two equal local hours (clocks go back) the second is the later."""
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        return None
    if len(text) < 13 or local.minute or local.second or local.microsecond:
        return None
    if local.tzinfo is not None:
        return local.astimezone(UTC)
    first = local.replace(tzinfo=zone).astimezone(UTC)
    return first if first not in seen else local.replace(tzinfo=zone, fold=1).astimezone(UTC)


def _check_hours(moments: dict[datetime, float], market: tzinfo, faults: Faults) -> None:
    ordered = sorted(moments)
    for earlier, later in itertools.pairwise(ordered):
        if later - earlier != _HOUR:
            missing = (later - earlier) // _HOUR - 1
            where = earlier.astimezone(market).strftime("%Y-%m-%d %H:%M")
            faults.add(None, "", None, f"gap: {missing} hours are missing after {where} ({market})")


def _averages(moments: dict[datetime, float], market: tzinfo, faults: Faults) -> dict[_Month, float]:
    by_month: dict[_Month, list[float]] = {}
    for moment in sorted(moments):
        local = moment.astimezone(market)
        by_month.setdefault((local.year, local.month), []).append(moments[moment])
    full = {month: prices for month, prices in by_month.items() if len(prices) == _hours_in(month, market)}
    for month, prices in full.items():
        if sum(prices) <= 0:
            faults.add(None, "", None, f"the mean price of {month[0]}-{month[1]:02d} must be above 0")
    return {month: float(np.mean(prices)) for month, prices in full.items()}


def _hours_in(month: _Month, zone: tzinfo) -> int:
    start = datetime(month[0], month[1], 1, tzinfo=zone).astimezone(UTC)
    end = datetime(month[0] + month[1] // 12, month[1] % 12 + 1, 1, tzinfo=zone).astimezone(UTC)
    return (end - start) // _HOUR
