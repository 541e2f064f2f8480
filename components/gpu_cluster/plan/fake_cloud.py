"""Fake cloud: creates nothing, and returns the outputs that the real provider would, or marks them
unknown."""

# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false, reportUnknownVariableType=false
# pyright: reportUnknownParameterType=false, reportMissingTypeArgument=false
# Pulumi's mocks are untyped.

from collections.abc import Mapping
from typing import Any

from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks

from gpu_cluster.plan.fake_outputs import RequestedResource, outputs_of, uid_of


class FakeCloud(Mocks):
    """An account in a region, and any cluster.

    Outputs that neither the program nor `outputs_of` sets are unknown in a preview, never empty, and so is
    everything that depends on them.
    """

    def __init__(self, account: str, region: str, stacks: Mapping[str, Mapping[str, Any]]) -> None:
        """`stacks`: outputs of other stacks, by the names that references give them."""
        self._account, self._region, self._stacks = account, region, stacks

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        inputs: dict[str, Any] = args.inputs
        if args.typ.startswith("aws:"):
            region = inputs.get("region") or self._region
            asked = RequestedResource(args.typ, args.name, inputs, self._account, region)
            return asked.id, {**inputs, **outputs_of(asked)}
        if args.typ.startswith("kubernetes:"):
            id = _object_id(inputs) or args.name
            return id, {**inputs, "metadata": {**(inputs.get("metadata") or {}), "uid": uid_of(args.typ, id)}}
        if args.typ == "pulumi:pulumi:StackReference":
            name = inputs["name"]
            return name, {"name": name, "outputs": self._stacks[name], "secretOutputNames": []}
        return args.name, inputs

    def call(self, args: MockCallArgs) -> Any:
        """Results of look-ups of resources that exist already."""
        name = args.token.rpartition(":")[2]
        kind = name.removeprefix("get")
        asked = RequestedResource(
            f"aws:ec2/{kind[:1].lower()}{kind[1:]}:{kind}", repr(args.args), {}, *self._where
        )
        return {**args.args, "id": asked.id}

    @property
    def _where(self) -> tuple[str, str]:
        return self._account, self._region


def _object_id(inputs: Mapping[str, Any]) -> str:
    metadata = inputs.get("metadata") or {}
    return "/".join(part for part in (metadata.get("namespace"), metadata.get("name")) if part)
