"""The mechanisms that a scenario can switch on: each a module, absent from the market when off."""
