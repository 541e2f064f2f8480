"""Kubernetes versions are checked against the end of their support."""

from datetime import date
from importlib import import_module

import pytest

from tests.pains.platforms import refusal

versions = import_module("gpu_cluster.stack.checks.versions")  # the package has a function of that name

EDITS = {"cluster.version": "1.31", "cluster.support": "extended"}


def test_kubernetes_version_is_rejected_from_the_day_after_its_support_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(versions, "today", lambda: date(2026, 11, 27))

    assert "EKS supports Kubernetes 1.31 until 2026-11-26; expected 1.32, " in refusal("dev", EDITS)


@pytest.mark.parametrize("day", [date(2026, 11, 25), date(2026, 11, 26)])
def test_kubernetes_version_is_accepted_until_the_last_day_of_support(
    monkeypatch: pytest.MonkeyPatch, day: date
) -> None:
    monkeypatch.setattr(versions, "today", lambda: day)

    assert versions._ended("1.31") is None
