"""Strategies that users write in Python: run in a module of their own, with errors that name file, line and month."""

from __future__ import annotations

import copy
import traceback
from types import ModuleType

from marketsim.errors import StrategyError
from marketsim.scenario.strategy import PricingRule
from marketsim.simulation.strategies.decision import Decision, decision_from
from marketsim.simulation.strategies.view import RetailerView


class UserStrategy:
    """A user's function in a module of its own; a new run gets a new module, so nothing is carried from run to run."""

    def __init__(self, rule: PricingRule, text: str) -> None:
        """Run the text of the file.

        Raises:
            StrategyError: it fails.
        """
        self.file, self.function, self.parameters = rule.file or "", rule.function, rule.parameters
        module = ModuleType(f"strategy {self.file}")
        try:
            exec(compile(text, self.file, "exec", dont_inherit=True), module.__dict__)
            self._decide = getattr(module, self.function)
        except Exception as error:
            raise StrategyError(f"{self._place(error)}: {_said(error)}, while the file was loaded") from error

    def decide(self, view: RetailerView) -> Decision:
        """Return what the user's function decides.

        Raises:
            StrategyError: it fails, or returns what cannot be carried out.
        """
        try:
            answer = self._decide(view, **copy.deepcopy(self.parameters))
            return decision_from(answer, view)
        except Exception as error:
            where = f"{self._place(error)}, month {view.month}, retailer {view.retailer}"
            raise StrategyError(f"{where}: {self.function}: {_said(error)}") from error

    def _place(self, error: BaseException) -> str:
        """Return file and line: where it failed, or where the function begins that returned what cannot be."""
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == self.file]
        code = getattr(getattr(self, "_decide", None), "__code__", None)
        line = lines[-1] if lines else getattr(code, "co_firstlineno", None)
        return f"{self.file}, line {line}" if line else self.file


def _said(error: BaseException) -> str:
    """Return an error in words: its own message where this module raised it, its type as well where Python did."""
    text = " ".join(str(error).split())
    return text if type(error) is ValueError and text else f"{type(error).__name__}: {text}"
