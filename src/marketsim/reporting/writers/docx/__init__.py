"""The planning paper as a Word document."""

from marketsim.reporting.writers.docx.document import write_docx

__all__ = ["write_docx"]
