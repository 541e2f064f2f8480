"""Every known kind has a rule, is reported as not evaluated, or has no effect."""

import pytest

from gpu_cluster.catalog.kubernetes_kinds import BUILT_IN_KINDS
from gpu_cluster_policies import Resource, pack_of
from gpu_cluster_policies.not_judged import not_judged
from gpu_cluster_policies.resources.kinds_without_rule import KINDS_WITHOUT_EFFECT, UNSEEN_KINDS
from gpu_cluster_policies.resources.object_kinds import WITHOUT_PODS
from gpu_cluster_policies.resources.pod_templates import POD_KINDS

KNOWN = frozenset[str]().union(*BUILT_IN_KINDS.values(), *WITHOUT_PODS.values())
OF_OTHER_RULES = {"GRPCRoute", "HTTPRoute", "Node", "PersistentVolume", "Secret"}
"""Kinds of rules 50, 62, 69 and 74, which do not select by kind."""

OF_PLATFORM = "urn:pulumi:prod::acme::gpu-cluster:index:Teams$kubernetes:x::y"
OF_EXTRAS = "urn:pulumi:prod::acme::gpu-cluster:index:Extras$kubernetes:x::y"


def test_every_known_kind_has_a_rule_or_is_classified() -> None:
    named = frozenset[str]().union(*(rule.kinds for rule in pack_of("prod-elsewhere").rules.values()))
    judged = {kind for kind in KNOWN if kind in named or kind in POD_KINDS}

    assert KNOWN - judged - OF_OTHER_RULES - UNSEEN_KINDS.keys() - KINDS_WITHOUT_EFFECT == set()
    assert UNSEEN_KINDS.keys() | KINDS_WITHOUT_EFFECT <= KNOWN
    assert UNSEEN_KINDS.keys() & KINDS_WITHOUT_EFFECT == set()
    assert KINDS_WITHOUT_EFFECT & (judged | OF_OTHER_RULES) == set()


@pytest.mark.parametrize("kind", UNSEEN_KINDS)
def test_kind_with_effects_outside_the_rules_is_reported_as_not_evaluated(kind: str) -> None:
    resource = Resource(kind, {"metadata": {"name": "a"}})

    [unseen] = pack_of("prod-elsewhere").check([resource]).not_judged

    assert (unseen.kind, unseen.why) == (kind, UNSEEN_KINDS[kind])


@pytest.mark.parametrize(("urn", "reported"), [(OF_PLATFORM, False), (OF_EXTRAS, True), ("", True)])
def test_kinds_without_rule_are_not_reported_for_platform_objects(urn: str, reported: bool) -> None:
    assert (not_judged(Resource("PriorityClass", {}, "a", urn=urn)) is not None) == reported
