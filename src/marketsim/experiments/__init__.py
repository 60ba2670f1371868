"""Whole studies: which runs, where they run, and what is kept of them."""
