"""The workbook of a planning paper: every number of the report, traced by formulas to single runs."""

from marketsim.reporting.writers.xlsx.write import write_xlsx

__all__ = ["write_xlsx"]
