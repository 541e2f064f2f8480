"""`gpu-cluster waive`: waive a policy finding, with an owner and an expiry date."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from gpu_cluster_tools.cli.project import Project, StackName

if TYPE_CHECKING:
    from gpu_cluster_policies.reports import Evaluation

RuleId = Annotated[
    str,
    typer.Argument(
        help="Rule ID, such as 72-two-replicas; not-judged for objects that no rule judges.", metavar="RULE"
    ),
]
ResourceName = Annotated[
    str,
    typer.Argument(
        help='Resource as named in the finding, such as "Deployment serving/chat"; with not-judged also a '
        'whole kind, such as "Queue *".',
        metavar="RESOURCE",
    ),
]
Owner = Annotated[str, typer.Option(help="Role responsible for the waiver, such as platform.")]
Reason = Annotated[str, typer.Option(help="Reason, in one sentence.")]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"expected a date such as 2027-06-30, got '{text}'") from None


Until = Annotated[
    date,
    typer.Option(help="Last day on which the waiver is valid.", parser=_day, metavar="YYYY-MM-DD"),
]
Forced = Annotated[
    bool, typer.Option("--force", help="Write the waiver even if the stack has no such finding.")
]


def waive(
    rule: RuleId,
    resource: ResourceName,
    stack: StackName = "local",
    *,
    owner: Owner,
    reason: Reason,
    until: Until,
    force: Forced = False,
) -> None:
    """Add an entry to policies/waivers.yaml; comments and order of the file are kept.

    Exit codes: 0 written, 2 unknown rule or resource, invalid option, or no such finding.
    """
    from pydantic import ValidationError

    from gpu_cluster.catalog.today import today
    from gpu_cluster.plan import plan_of
    from gpu_cluster.stack.suggestions import did_you_mean
    from gpu_cluster_policies.add_waiver import FILE, add_waiver
    from gpu_cluster_policies.evaluate import evaluate_plan
    from gpu_cluster_policies.not_judged import NOT_JUDGED
    from gpu_cluster_policies.waivers import Waiver

    project = Project.here()
    project.stack_file(stack)
    if until < today():
        raise typer.BadParameter(f"{until} is in the past", param_hint="--until")
    plan = plan_of(project.folder, stack)
    if plan.team and plan.team.platform:
        message = f"{stack} uses the waivers of {plan.team.platform}; add the waiver there"
        raise typer.BadParameter(message, param_hint="STACK")
    judged = evaluate_plan(plan, project.folder)
    rules = judged.pack.rules
    if rule not in (*rules, NOT_JUDGED):
        numbered = [f", did you mean '{name}'?" for name in rules if name.partition("-")[0] == rule]
        near = "".join(numbered) or did_you_mean(rule, (*rules, NOT_JUDGED))
        near = near or "; `gpu-cluster check` lists the rules of findings"
        raise typer.BadParameter(f"unknown rule '{rule}'{near}", param_hint="RULE")
    if not force:
        _require_finding(judged, rule, resource)
    entry = {
        "rule": rule,
        "resource": resource,
        "stacks": [stack],
        "owner": owner,
        "reason": reason,
        "expires": until,
    }
    try:
        Waiver.model_validate(entry, context=rules)
    except ValidationError as error:
        wrong = error.errors()[0]
        hint = {"resource": "RESOURCE", "owner": "--owner", "reason": "--reason"}.get(str(wrong["loc"][0]))
        expected = wrong.get("ctx", {}).get("error", wrong["msg"])
        raise typer.BadParameter(f"expected {expected}", param_hint=hint) from None
    line = add_waiver(project.folder, entry, rules)
    typer.echo(f"{FILE}:{line}: {rule} on {resource} is waived in {stack} until {until}")


def _require_finding(judged: "Evaluation", rule: str, resource: str) -> None:
    """Refuse a waiver without a finding: unused waivers are findings themselves."""
    from fnmatch import fnmatchcase

    from gpu_cluster.stack.suggestions import did_you_mean
    from gpu_cluster_policies.not_judged import NOT_JUDGED

    found = {it.finding.resource for it in judged.findings if it.finding.rule.id == rule}
    found |= {it.resource for it in judged.report.not_judged if (it.rule or NOT_JUDGED) == rule}
    if any(fnmatchcase(name, resource) for name in found):
        return
    waived = {it.finding.resource for it in judged.waived if it.finding.rule.id == rule}
    waived |= {it.resource for it in judged.report.not_judged_waived if rule == NOT_JUDGED}
    if any(fnmatchcase(name, resource) for name in waived):
        raise typer.BadParameter(f"{rule} on {resource} is already waived", param_hint="RESOURCE")
    if not found:
        message = f"{judged.name} has no finding of {rule}; use --force to write the waiver anyway"
        raise typer.BadParameter(message, param_hint="RULE")
    kinds = {f"{name.partition(' ')[0]} *" for name in found if rule == NOT_JUDGED}
    near = did_you_mean(resource, found | kinds) or f"; there are {', '.join(sorted(found)[:5])}"
    raise typer.BadParameter(f"no finding of {rule} for '{resource}'{near}", param_hint="RESOURCE")
