"""Resources of a plan with only the properties that tests need."""

from collections.abc import Mapping, Sequence
from typing import Any

from gpu_cluster.plan import Registered

_STACK = "urn:pulumi:prod::gpu-cluster"


def urn(type: str, name: str) -> str:
    return f"{_STACK}::{type}::{name}"


def resource(
    type: str,
    name: str,
    inputs: Mapping[str, Any] | None = None,
    *,
    outputs: Mapping[str, Any] | None = None,
    made_of: Mapping[str, Registered] | None = None,
    provider: Registered | None = None,
    ignores: Sequence[str] = (),
    aliases: Sequence[str] = (),
    secrets: Sequence[str] = (),
    retained: bool = False,
) -> Registered:
    """`outputs`: beyond the inputs. `made_of`: by input, the resource whose outputs its value is made of."""
    given = dict(inputs or {})
    return Registered(
        urn=urn(type, name),
        type=type,
        name=name,
        parent=f"{_STACK}::pulumi:pulumi:Stack::prod",
        inputs=given,
        outputs={"id": f"{name}-id", **given, **(outputs or {})},
        made_of={key: frozenset([source.urn]) for key, source in (made_of or {}).items()},
        dependencies=frozenset(),
        provider=f"{provider.urn}::id" if provider else "",
        ignored_changes=tuple(ignores),
        deleted_before_replaced=False,
        protected=False,
        retained=retained,
        aliases=tuple(aliases),
        timeouts=("", ""),
        secrets=frozenset(secrets),
    )


def subnet(cidr: str, name: str = "private-a") -> Registered:
    return resource("aws:ec2/subnet:Subnet", name, {"cidrBlock": cidr})
