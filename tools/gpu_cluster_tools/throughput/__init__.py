"""Throughput of models as a stack serves them: estimates from measured kernels, and what tokens cost."""
