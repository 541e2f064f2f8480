"""Simulated nodes: hardware by instance type, devices and device plugins."""
