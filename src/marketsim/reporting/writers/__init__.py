"""Writers of the planning paper: one for each file format."""
