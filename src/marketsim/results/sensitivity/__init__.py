"""On what results depend: indices of sweeps, profiles, and which assumptions could overturn an answer."""
