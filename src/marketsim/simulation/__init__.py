"""The market as a Mesa model: agents, the phases of a month, and one run from start to tables."""
