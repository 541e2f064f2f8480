"""`gpu-cluster report`: what a stack can show for the controls of a framework."""

from typing import Annotated

import typer

from gpu_cluster.config.compliance import Framework
from gpu_cluster_tools.cli.output import Output, tell
from gpu_cluster_tools.cli.project import Project, StackName

Frameworks = Annotated[
    list[Framework] | None,
    typer.Option("--framework", help="Default: those of gpu-cluster:compliance in the stack file."),
]
Json = Annotated[bool, typer.Option("--json", help="Print it as JSON instead of Markdown.")]


def report(
    stack: StackName = "local", *, framework: Frameworks = None, as_json: Json = False, output: Output = None
) -> None:
    """Report the evidence for each control of a framework, and the controls without any.

    Exit codes: 0 the report is written, whatever it says, 2 the stack file or the pack is wrong.
    """
    from gpu_cluster.plan import plan_of
    from gpu_cluster_policies.compliance import assess
    from gpu_cluster_policies.judging import judged_plan
    from gpu_cluster_policies.reports.compliance import compliance_json, compliance_markdown

    project = Project.here()
    project.stack_file(stack)
    plan = plan_of(project.folder, stack)
    wanted = framework or sorted(plan.stack.compliance.frameworks)
    if not wanted:
        known = ", ".join(Framework)
        raise typer.BadParameter(f"the stack file names none; known are {known}", param_hint="--framework")
    judged = judged_plan(plan, project.folder)
    assessments = [assess(judged, each) for each in wanted]
    tell(compliance_json(assessments) if as_json else compliance_markdown(assessments), output)
