"""Texts of reports in other languages than English: a folder per language, a PO file per subject."""
