"""What the columns and codes of stored tables are called in Chinese editions, beside the codes that the files have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from marketsim.reporting.diagnosis import desk_title
from marketsim.reporting.edition import is_chinese
from marketsim.reporting.language import kpi_title, message, say, segment_name, translated
from marketsim.reporting.measures import tier_title
from marketsim.reporting.writers.xlsx.wording import unit_of_runs
from marketsim.reporting.writers.xlsx.worlds_sheet import reference_name
from marketsim.results.key_figures import KPIS
from marketsim.results.tables import ALL

_EVERYBODY = message("all of them")
_TITLES: Mapping[str, str] = MappingProxyType(
    {
        "assumption": message("assumption"),
        "desk": message("service desk"),
        "diff": message("difference"),
        "diff_high": message("difference: high"),
        "diff_low": message("difference: low"),
        "from_retailer": message("from retailer"),
        "group": message("customer group"),
        "high": message("interval: high"),
        "kpi": message("figure"),
        "low": message("interval: low"),
        "mean": message("mean"),
        "month": message("month"),
        "number": message("number"),
        "p_better": message("chance that it is better"),
        "partner": message("mean of what it is compared with"),
        "panel": message("panel"),
        "policy": message("policy"),
        "reference": message("compared with"),
        "reference_mean": message("mean of what it is compared with"),
        "retailer": message("retailer"),
        "segment": message("segment"),
        "series": message("series"),
        "share": message("share"),
        "source": message("source of profit"),
        "tier": message("tier"),
        "to_retailer": message("to retailer"),
        "unit": message("unit"),
        "value": message("value"),
        "verdict": message("verdict"),
    }
)


def column_title(name: str) -> str:
    """Return the head of a column: its name in the files, after what it means in the language of the edition."""
    word = _TITLES.get(name, "")
    if not word or not is_chinese():
        return name
    return say("{title} ({unit})", title=translated(word), unit=name)


def words_for(column: str) -> Callable[[str], str]:
    """Return what turns the codes of a column into words; texts that are no codes stay what they are."""
    if not is_chinese():
        return str
    figures = {entry.name: kpi_title(entry) for entry in KPIS}
    known: Mapping[str, Callable[[str], str]] = {
        "kpi": lambda code: figures.get(code, code),
        "policy": reference_name,
        "reference": reference_name,
        "segment": lambda code: translated(_EVERYBODY) if code == ALL else segment_name(code),
        "tier": lambda code: translated(_EVERYBODY) if code == ALL else tier_title(code),
        "desk": desk_title,
        "unit": unit_of_runs,
    }
    return known.get(column, str)
