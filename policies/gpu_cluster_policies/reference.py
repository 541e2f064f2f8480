"""The reference of the rules, as Markdown."""

from collections.abc import Iterator

from gpu_cluster_policies.context import EvaluationContext
from gpu_cluster_policies.rule import Rule
from gpu_cluster_policies.rules import all_rules
from gpu_cluster_policies.settings import PolicySettings

_HEAD = """\
# Reference of the rules

Generated from the rules by `make docs`. [The guide](../policies.md) explains how to run, waive and add rules.

CKV and CKV2 are checks of checkov, KSV of trivy and C- of kubescape; CIS is the EKS Benchmark 1.8.0 and FSBP
the Foundational Security Best Practices of AWS.

| Rule | | Level | Sees |
|---|---|---|---|
"""


def reference_text() -> str:
    """Text of `docs/reference/rules.md`."""
    rules = all_rules(EvaluationContext("", PolicySettings()))
    table = "".join(
        f"| [{rule.id}](#{rule.id}) | {rule.title} | {rule.level} | {_sees(rule)} |\n" for rule in rules
    )
    return "\n".join([_HEAD + table, *(line for rule in rules for line in _section(rule))])


def _sees(rule: Rule) -> str:
    if rule.of_operations:
        return "a preview"
    return "the whole stack" if rule.whole_stack else "one resource"


def _section(rule: Rule) -> Iterator[str]:
    yield f"## {rule.id}\n"
    yield f"{rule.title}. {rule.why}\n"
    fix = rule.fix.replace("<", "&lt;")
    yield f"- To fix it, {fix}.\n- Level: {rule.level}.\n- References: {'; '.join(rule.references)}.\n"
