"""Plans of the committed stacks, each computed once."""

from functools import cache
from pathlib import Path

from gpu_cluster.plan import Plan, plan_of

PROJECT = Path(__file__).parents[4]


@cache
def plan(name: str) -> Plan:
    return plan_of(PROJECT, name)
