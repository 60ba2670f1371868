"""Compilation of the market's rules by numba, with an on-disk cache that notices every change of their source.

numba's own cache looks only at the file of the function it stores, not at the functions that it calls; the cache folder
is therefore named by a hash of all sources of this package that hold compiled rules.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeVar, cast

import numba
from numba.core import config as numba_config

Rule = TypeVar("Rule", bound=Callable[..., object])


def rule(function: Rule) -> Rule:
    """Compile a rule of the market; `.py_func` is the plain function.

    The interpreter lock is released while it runs, so that chunks of customers can be served by several threads. Rules are
    inlined wherever they are called: a call that hands on the dozen arrays of `Prices` costs more than most rules do.
    """
    previous = numba_config.CACHE_DIR
    numba_config.CACHE_DIR = str(cache_folder())
    try:
        return cast(Rule, numba.njit(cache=True, nogil=True, error_model="numpy", forceinline=True)(function))
    finally:
        numba_config.CACHE_DIR = previous


@cache
def cache_folder() -> Path:
    """Return the folder of compiled rules: one per state of the sources and version of numba."""
    digest = hashlib.sha256(numba.__version__.encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        contents = source.read_bytes()
        if b"@rule" in contents or source.name == Path(__file__).name:
            digest.update(source.name.encode() + b"\0" + contents)
    return _cache_root() / digest.hexdigest()[:16]


def _cache_root() -> Path:
    base = os.environ.get("MARKETSIM_CACHE_DIR") or os.environ.get("XDG_CACHE_HOME")
    root = Path(base) / "marketsim" if base else Path.home() / ".cache" / "marketsim"
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError:
        return Path(tempfile.gettempdir()) / "marketsim-cache"
    return root if os.access(root, os.W_OK) else Path(tempfile.gettempdir()) / "marketsim-cache"
