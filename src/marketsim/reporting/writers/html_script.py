"""Scripts of the web page: plotly.js packed small, data that cannot end a script, and a policy that forbids the network."""

from __future__ import annotations

import base64
import gzip
import json
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from marketsim.errors import ReportError

_ENGINE = "package_data/plotly.min.js"
_UNSAFE = str.maketrans(
    {
        "<": "\\u003c",
        ">": "\\u003e",
        "&": "\\u0026",
        "\N{LINE SEPARATOR}": "\\u2028",
        "\N{PARAGRAPH SEPARATOR}": "\\u2029",
    }
)
"""What could end a script, or begin a comment in it, as JSON may write it instead."""


@cache
def packed_engine() -> str:
    """Return plotly.js as gzip in base64, the same characters every time.

    Raises:
        ReportError: the installed plotly carries no such file.
    """
    return base64.b64encode(gzip.compress(_engine(), 9, mtime=0)).decode("ascii")


@cache
def _engine() -> bytes:
    found = files("plotly").joinpath(_ENGINE)
    if not found.is_file():
        raise ReportError(f"the installed package plotly has no {_ENGINE}; interactive charts need plotly 6 or later")
    return found.read_bytes()


def safe_json(value: Any) -> str:
    """Return JSON that can stand inside a script element, whatever names are in it."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.translate(_UNSAFE)


def content_policy(script: str, *, engine: bool) -> str:
    """Return the content security policy of a page: nothing from the network, and no script besides ours.

    Args:
        script: the page's own script.
        engine: whether plotly.js is in the page.
    """
    scripts = [script.encode("utf-8"), *([_engine()] if engine else [])]
    allowed = " ".join(f"'sha256-{base64.b64encode(sha256(text).digest()).decode('ascii')}'" for text in scripts)
    return (
        f"default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; script-src {allowed}; "
        "base-uri 'none'; form-action 'none'"
    )
