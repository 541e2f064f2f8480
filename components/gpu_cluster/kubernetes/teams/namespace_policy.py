"""Admission policies that hold in the namespaces of teams alone."""

from collections.abc import Mapping

from pulumi_kubernetes.admissionregistration import v1 as admission
from pulumi_kubernetes.meta import v1 as meta

from gpu_cluster.kubernetes.teams.identity import TEAM_LABEL


def namespace_policy(
    objects: admission.NamedRuleWithOperationsArgs,
    variables: Mapping[str, str],
    validations: Mapping[str, str],
) -> admission.ValidatingAdmissionPolicySpecArgs:
    """A policy for these objects.

    `variables`: expressions by name; `validations`: by condition, an expression for the message where it is
    false.
    """
    of_teams = meta.LabelSelectorRequirementArgs(key=TEAM_LABEL, operator="Exists")
    return admission.ValidatingAdmissionPolicySpecArgs(
        failure_policy="Fail",
        match_constraints=admission.MatchResourcesArgs(
            namespace_selector=meta.LabelSelectorArgs(match_expressions=[of_teams]), resource_rules=[objects]
        ),
        variables=[
            admission.VariableArgs(name=name, expression=expression) for name, expression in variables.items()
        ],
        validations=[
            admission.ValidationArgs(expression=expression, message_expression=message, reason="Forbidden")
            for expression, message in validations.items()
        ],
    )
