"""Evaluation of all rules on a plan or on plain manifests."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gpu_cluster.plan.gc_paused import gc_paused
from gpu_cluster_policies.context import EvaluationContext
from gpu_cluster_policies.manifests.manifests import manifests_in
from gpu_cluster_policies.pack import pack_of, pack_with, strictest
from gpu_cluster_policies.rendered import Rendered
from gpu_cluster_policies.reports.evaluation import Evaluation
from gpu_cluster_policies.settings import policy_settings

if TYPE_CHECKING:
    from gpu_cluster.plan import Plan


def evaluate_plan(plan: Plan, project: Path, settings_of: Path | None = None) -> Evaluation:
    """Evaluation of a plan of a stack of this project. `PolicyFileError` where the pack is wrong.

    `settings_of`: another project whose settings and waivers hold, as for a plan of an earlier revision.
    """
    judge = settings_of or judge_of(plan, project)
    with gc_paused():
        from gpu_cluster_policies.plan_adapter import resources_of
        from gpu_cluster_policies.source_map import (
            SourceMap,
        )  # these two load Pulumi, which manifests do without

        rendered = Rendered(plan.stack, lambda: plan.graph.resources)
        context = EvaluationContext(plan.name, policy_settings(judge), plan.stack, judge)
        _ = context.prices  # a wrong price file ends the command, not a rule
        pack = pack_with(context, rendered)
        resources = resources_of(plan.graph)
        report = pack.check(resources)
        return Evaluation(
            plan.name, pack, report, SourceMap(plan, project), resources, project=project.absolute()
        )


def judge_of(plan: Plan, project: Path) -> Path:
    """The project whose settings, waivers and prices hold for a plan: that of a team's platform."""
    return plan.team.platform.folder if plan.team and plan.team.platform else project


def evaluate_manifests(contents: dict[str, bytes], stack: str | None) -> Evaluation:
    """Evaluation of manifests, by the names of their files.

    As part of a stack they keep its rules and have its waivers; else production's rules hold, and nothing is
    waived. `ManifestError` with everything that is wrong with them.
    """
    pack = pack_of(stack) if stack else strictest()
    with gc_paused():
        manifests = manifests_in(contents)
        # A few of a stack's objects do not need every waiver of it.
        report = replace(pack.check(manifests.resources), stale=())
    return Evaluation(stack or "manifests", pack, report, manifests, manifests.resources, manifests.unread)
