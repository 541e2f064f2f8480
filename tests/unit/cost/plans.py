"""The real stacks, each planned once."""

from functools import cache
from pathlib import Path

from plan import Plan, plan_of

PROJECT = Path(__file__).parents[3]


@cache
def plan(name: str) -> Plan:
    return plan_of(PROJECT, name)
