from collections.abc import Sequence

from gpu_cluster.plan import Registered
from gpu_cluster_tools.review.changes import Action, ResourceChange, changes
from gpu_cluster_tools.review.property_diff import PropertyDiff
from tests.unit.gpu_cluster_tools.review.resources import resource, subnet

GROUP = "aws:eks/nodeGroup:NodeGroup"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"


def shown(old: Sequence[Registered], new: Sequence[Registered]) -> list[tuple[str, str]]:
    return [(change.action.value, change.name) for change in changes(old, new)]


def test_unchanged_resource_is_omitted() -> None:
    assert changes([subnet("10.0.0.0/24")], [subnet("10.0.0.0/24")]) == []


def test_created_and_deleted_resources_are_listed() -> None:
    old = [subnet("10.0.0.0/24", "a"), subnet("10.0.1.0/24", "b")]
    new = [subnet("10.0.0.0/24", "a"), subnet("10.0.2.0/24", "c")]

    assert shown(old, new) == [("create", "c"), ("delete", "b")]


def test_deletions_are_in_reverse_order() -> None:
    assert shown([subnet("10.0.0.0/24", "a"), subnet("10.0.1.0/24", "b")], []) == [
        ("delete", "b"),
        ("delete", "a"),
    ]


def test_edit_in_place_is_an_update() -> None:
    old = resource(GROUP, "l4", {"scalingConfig": {"maxSize": 2}})
    new = resource(GROUP, "l4", {"scalingConfig": {"maxSize": 4}})

    assert changes([old], [new]) == [
        ResourceChange(Action.UPDATE, GROUP, "l4", (PropertyDiff("scalingConfig.maxSize", "2", "4"),))
    ]


def test_edit_of_a_forcing_property_is_a_replacement() -> None:
    [change] = changes([subnet("10.0.0.0/24")], [subnet("10.0.0.0/25")])

    assert change.action is Action.REPLACE
    assert change.forced_by == ("cidrBlock",)


def test_dependents_of_a_replaced_resource_change_with_it() -> None:
    before, after = subnet("10.0.0.0/24"), subnet("10.0.0.0/25")

    def on(net: Registered) -> list[Registered]:
        group = resource(GROUP, "l4", {"subnetIds": ["private-a-id"]}, made_of={"subnetIds": net})
        schedule = resource(
            "aws:autoscaling/schedule:Schedule",
            "drain",
            {"autoscalingGroupName": "l4-id"},
            made_of={"autoscalingGroupName": group},
        )
        return [net, group, schedule]

    assert shown(on(before), on(after)) == [("replace", "private-a"), ("replace", "l4"), ("replace", "drain")]
    [_, group, _] = changes(on(before), on(after))
    assert group.edits == (PropertyDiff("subnetIds[0]", '"private-a-id"', "(known after the update)"),)


def test_dependent_on_an_unchanged_name_does_not_change() -> None:
    def role(trust: str) -> Registered:
        return resource("aws:iam/role:Role", "nodes", {"name": "nodes", "namePrefix": trust})

    def policy(of: Registered) -> Registered:
        return resource("aws:iam/rolePolicy:RolePolicy", "reads", {"role": "nodes"}, made_of={"role": of})

    before, after = role("a"), role("b")
    assert shown([before, policy(before)], [after, policy(after)]) == [("replace", "nodes")]


def test_new_launch_template_version_updates_its_node_group() -> None:
    def on(disk: int) -> list[Registered]:
        template = resource(
            TEMPLATE, "l4-template", {"userData": f"disk {disk}"}, outputs={"latestVersion": 1}
        )
        launched = {"launchTemplate": {"id": "l4-template-id", "version": "1"}}
        return [template, resource(GROUP, "l4", launched, made_of={"launchTemplate": template})]

    assert shown(on(100), on(200)) == [("update", "l4-template"), ("update", "l4")]
    [_, group] = changes(on(100), on(200))
    assert [edit.path for edit in group.edits] == ["launchTemplate.version"]


def test_replaced_provider_replaces_its_resources() -> None:
    def on(cluster: str) -> list[Registered]:
        provider = resource("pulumi:providers:kubernetes", "kubernetes", {"clusterIdentifier": cluster})
        return [provider, resource("kubernetes:core/v1:Namespace", "serving", provider=provider)]

    assert shown(on("one"), on("other")) == [("replace", "kubernetes"), ("replace", "serving")]
    assert changes(on("one"), on("other"))[1].forced_by == ("its provider",)


def test_ignored_property_is_no_change() -> None:
    def group(desired: int, most: int) -> Registered:
        sizes = {"scalingConfig": {"desiredSize": desired, "maxSize": most}}
        return resource(GROUP, "l4", sizes, ignores=["scalingConfig.desiredSize"])

    assert changes([group(1, 4)], [group(2, 4)]) == []
    [change] = changes([group(1, 4)], [group(2, 5)])
    assert [edit.path for edit in change.edits] == ["scalingConfig.maxSize"]


def test_aliased_resource_is_the_same() -> None:
    old = subnet("10.0.0.0/24", "before")

    by_name = resource(old.type, "after", old.inputs, aliases=['spec {\n  name: "before"\n}\n'])
    by_urn = resource(old.type, "after", old.inputs, aliases=[f'urn: "{old.urn}"\n'])

    assert changes([old], [by_name]) == changes([old], [by_urn]) == []


def test_secret_values_are_masked() -> None:
    def secret(value: str) -> Registered:
        return resource(
            "kubernetes:core/v1:Secret", "hub", {"stringData": {"token": value}}, secrets=["stringData"]
        )

    [change] = changes([secret("hunter2")], [secret("hunter3")])

    assert change.edits == (PropertyDiff("stringData.token", "(secret)", "(secret)"),)


def test_deletion_of_a_retained_resource_is_marked() -> None:
    kept = resource("aws:s3/bucket:Bucket", "models", retained=True)
    assert changes([kept], []) == [ResourceChange(Action.DELETE, kept.type, "models", retained=True)]
