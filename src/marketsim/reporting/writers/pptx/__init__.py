"""The planning paper as a deck of slides with charts that can be edited in PowerPoint."""

from marketsim.reporting.writers.pptx.deck import write_pptx

__all__ = ["write_pptx"]
