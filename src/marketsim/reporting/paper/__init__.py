"""The planning paper: what a report says, in ordered sections, apart from any file format."""
