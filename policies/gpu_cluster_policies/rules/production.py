"""The rule for a stack whose name says production and whose file does not."""

from collections.abc import Iterator

from gpu_cluster_policies.context import EvaluationContext
from gpu_cluster_policies.resource import Resource, each
from gpu_cluster_policies.rule import Level, Rule, Violation, rule

_PLATFORM = "gpu-cluster:index:Platform"


def production_stated(context: EvaluationContext) -> Rule:
    """The rule for a stack of this name, with or without a stack file."""
    stated = context.file is not None and context.file.production is not None
    named = context.settings.names_production(context.stack)

    @rule(
        97,
        "production-stated",
        "A stack named like production states whether it is production",
        of=each(_PLATFORM),
        level=Level.MANDATORY,
        references="AWS Well-Architected SEC01-BP01",
        fix="set gpu-cluster:production to true, or to false if production rules need not stop this stack",
    )
    def judge(platform: Resource) -> Iterator[Violation]:
        """Production rules stop updates by this key, and a guess from the name fails with the next name."""
        if named and not stated:
            expected = "true or false, as the name is one of productionStacks in policies/settings.yaml"
            yield Violation(platform.missing("gpu-cluster:production"), expected, actual="not set")

    return judge
