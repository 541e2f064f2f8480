"""Actual cost of a period, from measured usage."""
