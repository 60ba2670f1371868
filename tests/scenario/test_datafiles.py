from __future__ import annotations

import random
from pathlib import Path

import pytest
from tests.scenario.files import problems, write

from marketsim.errors import DataFileError
from marketsim.scenario.accounts import read_accounts
from marketsim.scenario.datafiles import read_csv
from marketsim.scenario.environment import SpotHistory, TimeBands
from marketsim.scenario.loading import load_scenario
from marketsim.scenario.profiles import PROFILES, band_shares, profile_names, read_profile
from marketsim.scenario.spot_history import read_spot

HEADER = "id,annual_mwh,region,credit_grade,retailer,contract_end_month\n"
ACCOUNTS = [
    "c3,120,urban,A,Alpha,11",
    "c1,2400.5,rural,D,Beta,0",
    "c2,0.5,suburban,B,default supplier,5",
    "客户,60,urban,C,Alpha,23",
]
RETAILERS, REGIONS = ["Alpha", "Beta"], ["rural", "suburban", "urban"]


def fault(tmp_path: Path, text: str) -> str:
    with pytest.raises(DataFileError) as caught:
        read_accounts(write(tmp_path, text, "book.csv"), "book.csv", RETAILERS, REGIONS)
    return str(caught.value)


def test_accounts_are_read_and_sorted_by_id(tmp_path: Path) -> None:
    text = "# our book\n" + HEADER + "\n".join(ACCOUNTS) + "\n\n"
    book, digest = read_accounts(write(tmp_path, text, "book.csv"), "book.csv", RETAILERS, REGIONS)
    assert book.ids == ("c1", "c2", "c3", "客户")
    assert book.annual_mwh.tolist() == [2400.5, 0.5, 120, 60]
    assert book.regions.tolist() == [0, 1, 2, 2]
    assert book.credit_grades.tolist() == [3, 1, 0, 2]
    assert book.retailers.tolist() == [1, -1, 0, 0]
    assert book.contract_end_months.tolist() == [0, 5, 11, 23]
    assert len(digest) == 64


def test_the_order_of_rows_and_columns_does_not_matter(tmp_path: Path) -> None:
    rows = [f"c{i},{i + 1},urban,A,Alpha,{i % 12}" for i in range(200)]
    books = []
    for seed in range(3):
        shuffled = random.Random(seed).sample(rows, len(rows))
        path = write(tmp_path, HEADER + "\n".join(shuffled), "book.csv")
        books.append(read_accounts(path, "book.csv", RETAILERS, REGIONS)[0])
    columns = random.Random(1).sample(range(6), 6)
    turned = [",".join(line.split(",")[i] for i in columns) for line in [HEADER.strip(), *rows]]
    path = write(tmp_path, "\n".join(turned), "book.csv")
    books.append(read_accounts(path, "book.csv", RETAILERS, REGIONS)[0])
    for book in books[1:]:
        assert book.ids == books[0].ids
        assert book.annual_mwh.tobytes() == books[0].annual_mwh.tobytes()
        assert book.contract_end_months.tobytes() == books[0].contract_end_months.tobytes()


def test_all_faults_of_a_book_at_once(tmp_path: Path) -> None:
    rows = [
        "a,12,urban,A,Alpha,0",
        "a,12,urban,A,Alpha,0",
        ",12,urban,A,Alpha,0",
        "b,-3,urban,A,Alpha,0",
        "c,nan,urban,A,Alpha,0",
        "d,,urban,A,Alpha,0",
        "e,12,town,A,Alpha,0",
        "f,12,urban,E,Alpha,0",
        "g,12,urban,A,Alfa,0",
        "h,12,urban,A,Alpha,1.5",
        "i,12,urban,A,Alpha",
    ]
    energy = "must be a number above 0 and at most 1e+09 (MWh a year)"
    month = "a whole number from 0 to 1200 (last month of the contract; 0 is the first of the run)"
    assert fault(tmp_path, HEADER + "\n".join(rows)).split("\n         ") == [
        "book.csv has a problem:",
        "row 12: 5 values, but there are 6 columns",
    ]
    assert fault(tmp_path, HEADER + "\n".join([*rows[:-1], "i,12,urban,A,,x"])).split("\n         ") == [
        "book.csv has 11 problems:",
        "row 3, column id = a: this id is given twice; the first is in row 2",
        "row 4, column id: missing; every account needs an id of its own",
        f"row 5, column annual_mwh = -3: {energy}",
        f"row 6, column annual_mwh = nan: {energy}",
        f"row 7, column annual_mwh: missing; {energy}",
        "row 8, column region = town: there is no region town; there are rural, suburban, urban",
        "row 9, column credit_grade = E: there is no credit grade E; there are A, B, C, D",
        "row 10, column retailer = Alfa: there is no retailer Alfa; there are Alpha, Beta, default supplier",
        "row 12, column retailer: missing; must be a retailer: Alpha, Beta, default supplier",
        f"row 11, column contract_end_month = 1.5: must be {month}",
        f"row 12, column contract_end_month = x: must be {month}",
    ]


def test_only_twenty_faults_are_listed(tmp_path: Path) -> None:
    text = fault(tmp_path, HEADER + "\n".join(f"c{i},0,urban,A,Alpha,0" for i in range(50)))
    assert text.startswith("book.csv has 50 problems:")
    assert len(text.splitlines()) == 22
    assert text.endswith("and 30 more")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "f.csv is empty; its first line must name the columns a, b"),
        (b"a,b\n", "there are no rows below the line of column names"),
        (b"a,c\n1,2\n", "row 1: there is no column b; the columns are a, c"),
        (b"a,bb\n1,2\n", "row 1: there is no column b; is it bb?"),
        (b"a,b,c\n1,2,3\n", "row 1, column c: unknown column; the columns may be a, b"),
        (b"a,b,a\n1,2,3\n", "row 1, column a: two columns of the same name"),
        (b"a,b\n1,\xff\n", "f.csv, row 2: not UTF-8 text; save the file as CSV UTF-8"),
        (b'a,b\n1,"2\n', "f.csv, row 2: not a CSV: unexpected end of data"),
    ],
)
def test_broken_tables(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes(content)
    with pytest.raises(DataFileError) as caught:
        read_csv(path, "f.csv", ("a", "b"))
    assert message in str(caught.value)


def test_missing_files(tmp_path: Path) -> None:
    write(tmp_path, "x", "book.csv")
    with pytest.raises(DataFileError, match=r"there is no file bok.csv .*; did you mean book.csv\?"):
        read_csv(tmp_path / "bok.csv", "bok.csv", ("a",))
    with pytest.raises(DataFileError, match=r"\. is a folder, not a CSV file"):
        read_csv(tmp_path, ".", ("a",))


def test_a_book_replaces_the_customers_of_a_segment(tmp_path: Path) -> None:
    rows = ["x,24,urban,A,Alpha,3", "y,12,rural,B,default supplier,0"]
    write(tmp_path, HEADER + "\n".join(rows), "book.csv")
    text = "extends: cn_guangdong\nsegments: {commercial: {customers_file: book.csv}}\n"
    scenario = load_scenario(write(tmp_path, text))
    assert scenario.data.books["commercial"].ids == ("x", "y")
    assert "book.csv" in scenario.data.file_hashes


def test_a_broken_file_is_a_problem_of_the_scenario_line(tmp_path: Path) -> None:
    write(tmp_path, HEADER + "x,0,urban,A,Alpha,3", "book.csv")
    text = "extends: cn_guangdong\nsegments:\n  commercial:\n    customers_file: book.csv\n    awareness: 2\n"
    energy, awareness = problems(write(tmp_path, text))
    assert (energy.line, energy.path, energy.value) == (4, "segments.commercial.customers_file", "book.csv")
    assert energy.message.startswith("book.csv has a problem:\n         row 2, column annual_mwh = 0: must be")
    assert awareness.line == 5


def test_accounts_that_may_not_choose(tmp_path: Path) -> None:
    write(tmp_path, HEADER + "x,1,urban,A,Alpha,3", "book.csv")
    text = "extends: cn_guangdong\nsegments: {commercial: {customers_file: book.csv, contestable: false}}\n"
    [found] = problems(write(tmp_path, text))
    assert "book.csv names retailers, but segment commercial is not contestable" in found.message


# Load profiles


def hours(load: list[float], day: str = "") -> str:
    return "".join(f"{hour},{value}{f',{day}' if day else ''}\n" for hour, value in enumerate(load))


def test_a_typical_day_becomes_band_shares(tmp_path: Path) -> None:
    bands = TimeBands(peak_hours=(10, 11), valley_hours=(0, 1, 2))
    load = [2.0, 2.0, 2.0, *[1.0] * 7, 4.0, 4.0, *[1.0] * 12]
    day, _ = read_profile(write(tmp_path, "hour,load\n" + hours(load), "p.csv"), "p.csv")
    assert band_shares(day, bands) == pytest.approx((8 / 33, 19 / 33, 6 / 33))


def test_days_of_the_week_are_weighted(tmp_path: Path) -> None:
    text = "hour,load,day_type\n" + hours([7.0] * 24, "workday") + hours([0.0] * 12 + [7.0] * 12, "restday")
    day, _ = read_profile(write(tmp_path, text, "p.csv"), "p.csv")
    assert day == pytest.approx([5.0] * 12 + [7.0] * 12)


def test_a_metered_series_becomes_a_mean_day(tmp_path: Path) -> None:
    rows = [f"2024-01-{day:02d} {hour:02d}:00,{day * (hour + 1)}" for day in (1, 2) for hour in range(24)]
    day, _ = read_profile(write(tmp_path, "timestamp,load\n" + "\n".join(rows), "p.csv"), "p.csv")
    assert day == pytest.approx([1.5 * (hour + 1) for hour in range(24)])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("load\n1\n", "p.csv needs a column hour (0-23), or a column timestamp (YYYY-MM-DD HH:MM)"),
        ("hour,load\n" + hours([0.0] * 24), "p.csv: all loads are 0; at least one hour must have load"),
        ("hour,load\n" + hours([1.0] * 23), "the workday lacks the hours 23; give 0 to 23"),
        (
            "hour,load\n" + hours([1.0] * 24) + "3,1\n",
            "row 26, column hour = 3: this hour of the workday is given twice",
        ),
        ("hour,load\n24,1\n", "row 2, column hour = 24: must be a whole number from 0 to 23"),
        ("hour,load\n0,-1\n", "row 2, column load = -1: must be a number of at least 0"),
        ("hour,load,day_type\n0,1,sunday\n", "row 2, column day_type = sunday: must be workday or restday"),
        ("hour,load,day_type\n" + hours([1.0] * 24, "workday"), "the restday lacks the hours 0, 1, 2"),
        ("timestamp,load\nx,1\n", "row 2, column timestamp = x: must be a time such as 2024-01-31 08:00"),
        ("timestamp,load\n2024-01-01 00:00,1\n", "there is no load at the hours 1, 2, 3"),
        ("timestamp,load\n2024-01-01 00:00,1\n2024-01-01 00:00,1\n", "this time is given twice"),
    ],
)
def test_broken_profiles(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(DataFileError) as caught:
        read_profile(write(tmp_path, text, "p.csv"), "p.csv")
    assert message in str(caught.value)


# Spot histories


def monthly(**changes: str) -> SpotHistory:
    fields = {
        "file": "spot.csv",
        "resolution": "monthly",
        "time_zone": "Asia/Shanghai",
        "unit": "cny_per_mwh",
    }
    return SpotHistory.model_validate({**fields, **changes})


def read(tmp_path: Path, text: str, spot: SpotHistory) -> list[float]:
    return read_spot(spot, write(tmp_path, text, "spot.csv"))[0].tolist()


MONTHS = [f"2023-{month:02d},{400 + month}" for month in range(1, 13)]


def test_monthly_prices_in_any_order(tmp_path: Path) -> None:
    text = "time,price\n" + "\n".join(reversed(MONTHS)) + "\n2024-01-01,500\n"
    assert read(tmp_path, text, monthly()) == [*range(401, 413), 500]


def test_units_and_column_names(tmp_path: Path) -> None:
    text = "\n".join(["m,p,note", *[f"{row.split(',')[0]},0.{row.split(',')[1]},x" for row in MONTHS]])
    spot = monthly(unit="cny_per_kwh", time_column="m", price_column="p")
    assert read(tmp_path, text, spot) == pytest.approx([float(price) for price in range(401, 413)])


def test_hours_are_averaged_over_months_of_the_market(tmp_path: Path) -> None:
    from datetime import datetime, timedelta

    start = datetime(2022, 12, 31, 16)  # midnight in Shanghai
    times = [start + timedelta(hours=i) for i in range(8760 + 24)]
    local_months = [(time + timedelta(hours=8)).month for time in times]
    rows = [f"{time:%Y-%m-%d %H:%M},{month}" for time, month in zip(times, local_months, strict=True)]
    text = "time,price\n" + "\n".join(rows)
    assert read(tmp_path, text, monthly(resolution="hourly", time_zone="UTC")) == [*range(1, 13)]


def test_clocks_that_go_back_and_forward(tmp_path: Path) -> None:
    from datetime import UTC, datetime, timedelta
    from zoneinfo import ZoneInfo

    berlin = ZoneInfo("Europe/Berlin")
    start = datetime(2023, 1, 1, tzinfo=berlin).astimezone(UTC)
    local = [(start + timedelta(hours=i)).astimezone(berlin) for i in range(8760)]
    text = "time,price\n" + "\n".join(f"{time:%Y-%m-%d %H:%M},{time.month}" for time in local)
    spot = monthly(resolution="hourly", time_zone="Europe/Berlin", market_time_zone="Europe/Berlin")
    assert read(tmp_path, text, spot) == [*range(1, 13)]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (MONTHS[:11], "spot.csv covers 11 full months; at least 12 are needed"),
        ([*MONTHS[:5], *MONTHS[6:]], "gap: 2023-06 is missing (after 2023-05)"),
        ([*MONTHS, MONTHS[3]], "row 14, column time = 2023-04: this month is given twice"),
        ([*MONTHS, "2024-13,3"], "row 14, column time = 2024-13: must be a month such as 2024-01"),
        ([*MONTHS, "2024-01,"], "row 14, column price: missing; must be a price in cny_per_mwh"),
        ([*MONTHS, "2024-01,inf"], "row 14, column price = inf: must be a price in cny_per_mwh"),
        ([*MONTHS, "2024-01,-5"], "row 14, column price = -5: the mean price of a month must be above 0"),
    ],
)
def test_broken_monthly_histories(tmp_path: Path, rows: list[str], message: str) -> None:
    with pytest.raises(DataFileError) as caught:
        read(tmp_path, "time,price\n" + "\n".join(rows), monthly())
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            ["2023-01-01 00:30,1"],
            "row 2, column time = 2023-01-01 00:30: must be a full hour such as 2024-01-31 08:00",
        ),
        (["2023-01-01,1"], "must be a full hour such as 2024-01-31 08:00"),
        (["2023-01-01 00:00,1", "2023-01-01 03:00,1"], "gap: 2 hours are missing after 2023-01-01 00:00"),
        (
            ["2023-01-01 00:00,1", "2023-01-01 00:00,1"],
            "row 3, column time = 2023-01-01 00:00: this hour is given twice",
        ),
    ],
)
def test_broken_hourly_histories(tmp_path: Path, rows: list[str], message: str) -> None:
    with pytest.raises(DataFileError) as caught:
        read(tmp_path, "time,price\n" + "\n".join(rows), monthly(resolution="hourly"))
    assert message in str(caught.value)


def test_time_zones_must_exist(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="time_zone Beijing is not an IANA time zone"):
        read(tmp_path, "time,price\n2023-01-01 00:00,1", monthly(resolution="hourly", time_zone="Beijing"))


def test_a_history_in_a_study(tmp_path: Path) -> None:
    write(tmp_path, "time,price\n" + "\n".join(MONTHS), "spot.csv")
    text = """\
extends: cn_guangdong
market:
  spot: {kind: history, file: spot.csv, resolution: monthly, time_zone: Asia/Shanghai, unit: cny_per_mwh}
"""
    spot = load_scenario(write(tmp_path, text)).data.spot_cny_per_mwh
    assert spot is not None
    assert spot.tolist() == [*range(401, 413)]


def test_shipped_profiles_differ_as_their_shifts_do() -> None:
    peak, valley = {}, {}
    for name in profile_names():
        day, _ = read_profile(PROFILES / f"{name}.csv", name)
        peak[name], _, valley[name] = band_shares(day, TimeBands())
    assert peak["flat"] == pytest.approx(7 / 24)
    shifts = ["energy_intensive", "high_tech", "large_industrial", "sme_industrial"]
    assert sorted(shifts, key=peak.__getitem__) == shifts
    assert sorted(shifts, key=valley.__getitem__) == shifts[::-1]
    assert peak["residential"] < peak["commercial"]
