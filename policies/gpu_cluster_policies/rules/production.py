"""Rule for stacks named like production without gpu-cluster:production."""

from collections.abc import Iterator

from gpu_cluster_policies.context import EvaluationContext
from gpu_cluster_policies.resources.resource import Resource, each
from gpu_cluster_policies.rule import Level, Rule, Violation, rule

_PLATFORM = "gpu-cluster:index:Platform"


def production_stated(context: EvaluationContext) -> Rule:
    """Rule for a stack of this name, with or without a stack file."""
    stated = context.file is not None and context.file.production is not None
    named = context.settings.names_production(context.stack)

    @rule(
        97,
        "production-stated",
        "A stack named like production states whether it is production",
        of=each(_PLATFORM),
        level=Level.MANDATORY,
        references="AWS Well-Architected SEC01-BP01",
        fix="set gpu-cluster:production to true, or to false if production rules are not mandatory for "
        "this stack",
    )
    def judge(platform: Resource) -> Iterator[Violation]:
        """Only this key makes production rules mandatory; a guess from the name is not reliable."""
        if named and not stated:
            expected = "true or false, because the name matches productionStacks in policies/settings.yaml"
            yield Violation(platform.missing("gpu-cluster:production"), expected, actual="not set")

    return judge
