"""The form in which tables are stored: types, order of rows, and Parquet files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from marketsim.results.tables import KPIS_TABLE, RUN_TABLES, RUNS, Table

_NUMBER_KEYS = ("replication", "month", "customers_pct")
_TEXT_VALUES = ("status", "error", "changes")
_ROWS_PER_GROUP = 100_000
STORED_TABLES = {table.name: table for table in (*RUN_TABLES, KPIS_TABLE)}
"""The tables in the folder ``tables`` of a study's results."""


def text_columns(table: Table) -> list[str]:
    """Return the columns of a table that hold labels."""
    keys = [column for column in table.key_names() if column not in _NUMBER_KEYS]
    return keys + [column.name for column in table.values if column.name in _TEXT_VALUES]


def whole_columns(table: Table) -> list[str]:
    """Return the columns of a table that hold whole numbers; weighted counts of customers are not whole."""
    keys = [column for column in table.key_names() if column in _NUMBER_KEYS]
    return keys + ([column.name for column in table.values if column.unit] if table is RUNS else [])


def arrow_schema(table: Table) -> pa.Schema:
    """Return the Arrow schema of a stored table: labels as dictionaries, counts whole, all else float64."""
    return pa.schema([(column, _arrow_type(table, column)) for column in table.column_names()])


def _arrow_type(table: Table, column: str) -> pa.DataType:
    if column in text_columns(table):
        return pa.dictionary(pa.int32(), pa.string())
    return pa.int64() if column in whole_columns(table) else pa.float64()


def to_arrow(frame: pd.DataFrame, table: Table) -> pa.Table:
    """Return a frame as an Arrow table in the schema of a stored table, its rows sorted by key.

    Raises:
        ValueError: the frame lacks a column, or has one too many.
    """
    _check_columns(frame, table)
    codes = {column: _sorted_codes(frame[column]) for column in text_columns(table)}
    keys = [codes[key][0] if key in codes else frame[key].to_numpy() for key in table.key_names()]
    order = np.lexsort(list(reversed(keys)))
    arrays = []
    for column in table.column_names():
        if column in codes:
            indices, names = codes[column]
            arrays.append(pa.DictionaryArray.from_arrays(pa.array(indices[order]), pa.array(names, pa.string())))
        else:
            kind = np.int64 if column in whole_columns(table) else np.float64
            arrays.append(pa.array(frame[column].to_numpy(dtype=kind)[order]))
    return pa.Table.from_arrays(arrays, schema=arrow_schema(table))


def _check_columns(frame: pd.DataFrame, table: Table) -> None:
    missing = [column for column in table.column_names() if column not in frame.columns]
    unknown = [str(column) for column in frame.columns if column not in table.column_names()]
    if missing or unknown:
        raise ValueError(f"table {table.name}: missing columns {missing}, unknown columns {unknown}")


def _sorted_codes(column: pd.Series) -> tuple[np.ndarray[tuple[int], np.dtype[np.int32]], list[str]]:
    codes, names = pd.factorize(column, sort=True)
    return np.asarray(codes, dtype=np.int32), [str(name) for name in names]


def write_parquet(tables: Iterable[pa.Table], table: Table, path: Path) -> None:
    """Write Arrow tables one after the other into a Parquet file, in row groups of a good size.

    Only one row group is held in memory.
    """
    schema, labels = arrow_schema(table), text_columns(table)
    with pq.ParquetWriter(path, schema, compression="zstd", use_dictionary=labels) as writer:
        waiting: list[pa.Table] = []
        for part in tables:
            waiting.append(part)
            if sum(entry.num_rows for entry in waiting) >= _ROWS_PER_GROUP:
                writer.write_table(pa.concat_tables(waiting), row_group_size=2 * _ROWS_PER_GROUP)
                waiting = []
        if waiting:
            writer.write_table(pa.concat_tables(waiting), row_group_size=2 * _ROWS_PER_GROUP)


def read_parquet(path: Path) -> pd.DataFrame:
    """Return a Parquet file as a frame; labels are categories in alphabetical order."""
    frame: pd.DataFrame = pq.read_table(path).to_pandas()
    for column in frame.columns[frame.dtypes == "category"]:
        names = sorted(frame[column].cat.categories)
        frame[column] = frame[column].cat.set_categories(names)
    return frame
