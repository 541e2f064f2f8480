"""Which pods of teams are let in: those with GPUs where they were granted, counted as of there."""

from collections.abc import Mapping
from json import dumps

from pulumi_kubernetes.admissionregistration import v1 as admission
from pulumi_kubernetes.meta import v1 as meta

from components.pools import GPU_TAINT, Pool
from components.teams.identity import CLASS_PREFIX, POOLS_ANNOTATION, TEAM_LABEL

NAME = "gpu-cluster-teams"

_GPUS = "nvidia.com/"
_VARIABLES = {
    "containers": "object.spec.containers + object.spec.?initContainers.orValue([])",
    "gpus": (
        "variables.containers.exists(c, "
        f"c.?resources.?limits.orValue({{}}).exists(name, name.startsWith({dumps(_GPUS)})))"
    ),
    "granted": f"namespaceObject.metadata.annotations[{dumps(POOLS_ANNOTATION)}].split(',')",
    "selector": "object.spec.?nodeSelector.orValue({})",
    "selected": (
        "variables.pools.filter(name, variables.pools[name].all(key, "
        "key in variables.selector && variables.selector[key] == variables.pools[name][key]))"
    ),
    "pool": "variables.selected.size() > 0 ? variables.selected[0] : ''",
}
_VALIDATIONS = {
    "!has(object.spec.nodeName)": "'nodeName is the scheduler\\'s to set'",
    "!variables.gpus || variables.pool in variables.granted": (
        "(variables.pool == '' ? 'a pod with GPUs names the nodes of its pool in nodeSelector'"
        " : 'pool ' + variables.pool + ' is not granted to this team')"
        " + '; granted: ' + variables.granted.join(', ')"
    ),
    f"!variables.gpus || object.spec.?priorityClassName.orValue('') == '{CLASS_PREFIX}' + variables.pool": (
        f"'priorityClassName is {CLASS_PREFIX}' + variables.pool"
        " + ' for a pod with GPUs of pool ' + variables.pool + ', by which its quota counts'"
    ),
    "object.spec.?priority.orValue(0) <= 0": "'pods of a team have no priority over others'",
    (
        "variables.gpus || !object.spec.?tolerations.orValue([]).exists(each, "
        f"each.?key.orValue('') in ['', '{GPU_TAINT}'])"
    ): f"'a pod without GPUs keeps off their nodes: it does not tolerate {GPU_TAINT}'",
}
"""What has to be true, and an expression for what is said where it is not."""


def policy(pools: Mapping[str, Pool]) -> admission.ValidatingAdmissionPolicySpecArgs:
    """For pods in the namespaces of teams. `pools`: those that have GPUs."""
    selectors = {name: dict(pool.selector) for name, pool in pools.items()}
    pods = admission.NamedRuleWithOperationsArgs(
        # Nothing of what is looked at can be changed afterwards.
        operations=["CREATE"],
        api_groups=[""],
        api_versions=["v1"],
        resources=["pods"],
    )
    of_teams = meta.LabelSelectorRequirementArgs(key=TEAM_LABEL, operator="Exists")
    return admission.ValidatingAdmissionPolicySpecArgs(
        failure_policy="Fail",
        match_constraints=admission.MatchResourcesArgs(
            namespace_selector=meta.LabelSelectorArgs(match_expressions=[of_teams]), resource_rules=[pods]
        ),
        variables=[
            admission.VariableArgs(name=name, expression=expression)
            for name, expression in {"pools": dumps(selectors), **_VARIABLES}.items()
        ],
        validations=[
            admission.ValidationArgs(expression=expression, message_expression=message, reason="Forbidden")
            for expression, message in _VALIDATIONS.items()
        ],
    )


def binding() -> admission.ValidatingAdmissionPolicyBindingSpecArgs:
    return admission.ValidatingAdmissionPolicyBindingSpecArgs(policy_name=NAME, validation_actions=["Deny"])
