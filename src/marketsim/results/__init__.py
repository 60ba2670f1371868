"""Tables, KPIs, statistics, and results on disk."""
