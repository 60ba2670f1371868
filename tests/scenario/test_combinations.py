from __future__ import annotations

from pathlib import Path

import pytest
from tests.scenario.files import load, messages  # noqa: F401
