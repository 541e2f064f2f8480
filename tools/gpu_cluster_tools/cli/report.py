"""`gpu-cluster report`: HTML report of a stack, or compliance evidence."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gpu_cluster.config.compliance import Framework
from gpu_cluster_tools.cli.project import Project, StackName
from gpu_cluster_tools.cli.terminal.output import Output, tell
from gpu_cluster_tools.cli.terminal.progress import working

if TYPE_CHECKING:
    from gpu_cluster.plan import Plan

Frameworks = Annotated[
    list[Framework] | None,
    typer.Option(
        "--framework",
        help="Compliance framework. Repeatable. Default: gpu-cluster:compliance of the stack file.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of Markdown.")]
Html = Annotated[
    Path | None,
    typer.Option(
        "--html",
        metavar="FILE",
        help="Write an HTML page instead: topology, cost, findings, time to ready, free capacity.",
    ),
]


def report(
    stack: StackName = "local",
    *,
    framework: Frameworks = None,
    as_json: Json = False,
    html: Html = None,
    output: Output = None,
) -> None:
    """Report the evidence for each control of a compliance framework, or write an HTML report of the stack.

    Exit codes: 0 the report is written, even with failed controls, 2 invalid stack file or policy pack.
    """
    from gpu_cluster.plan import plan_of

    project = Project.here()
    project.stack_file(stack)
    with working(f"planning {stack}", quiet=as_json):
        plan = plan_of(project.folder, stack)
    if html:
        from gpu_cluster_tools.html_report import html_report

        with working("evaluating all rules and rendering the page"):
            page = html_report(plan, project.folder)
        tell(page, html)
    else:
        _compliance(plan, project, framework, as_json=as_json, output=output)


def _compliance(
    plan: "Plan", project: Project, framework: list[Framework] | None, *, as_json: bool, output: Path | None
) -> None:
    from gpu_cluster.stack.declared import declared
    from gpu_cluster_policies.compliance import assess
    from gpu_cluster_policies.evaluate import evaluate_plan
    from gpu_cluster_policies.reports.compliance import compliance_json, compliance_markdown

    wanted = framework or sorted(plan.stack.compliance.frameworks)
    if not wanted:
        known = ", ".join(Framework)
        ways = f"set --framework to one of {known}, or --html FILE for one page on the stack"
        raise typer.BadParameter(f"the stack file names no framework; {ways}", param_hint="--framework")
    with working("evaluating all rules", quiet=as_json):
        judged = evaluate_plan(plan, project.folder)
    facts = declared(plan.team or plan.stack)
    assessments = [assess(judged, each, facts) for each in wanted]
    tell(compliance_json(assessments) if as_json else compliance_markdown(assessments), output)
