"""Strategies of retailers: each sees what a retailer can know, and returns what it decides."""
