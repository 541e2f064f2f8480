"""Rules for what an update does: to what must not go, and to what must not be read."""

from collections.abc import Iterator, Mapping

from gpu_cluster.catalog import INSTANCES, STATEFUL, Loss
from gpu_cluster_policies.preview import Step
from gpu_cluster_policies.property import Property
from gpu_cluster_policies.rule import Level, Violation, operation_rule
from gpu_cluster_policies.secret_text import is_name_of_secret, is_secret

_GPU = "nvidia.com/gpu"

_HIDDEN = "[secret]"  # what a preview shows of what is stored encrypted
_CIPHER = "4dabf18193072939515e22adb298388d"  # the key by which a state marks what is encrypted
_UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"  # what a preview shows of what is not known yet
_NO_SECRETS = ("clientRequestToken", "clientToken", "continuationToken", "creationToken", "nextToken")
"""Names that AWS gives to what only tells requests apart."""

ADVICE: Mapping[Loss, str] = {
    Loss.CLUSTER: "leave aws:region, gpu-cluster:cluster.account and gpu-cluster:network as they are; "
    "what has to differ is a stack of its own, to which the workloads move",
    Loss.DATA: "leave its entry in gpu-cluster:storage or gpu-cluster:registry under its name and kind; "
    "add another beside it, copy what is in it, and remove the old one in a change of its own",
    Loss.KEY: "leave aws:region and gpu-cluster:cluster.account as they are; what the key encrypts has to be "
    "copied to where another key does first",
    Loss.NETWORK: "leave cidr, zones and podCidr of gpu-cluster:network as they are, or add zones at the end",
    Loss.NODES: "add a pool of another name beside it in gpu-cluster:pools, move the models there by "
    "pool in gpu-cluster:serving.models.<name>, and remove the old one in a change of its own",
    Loss.OBJECTS: "leave its name in gpu-cluster:serving.namespace or gpu-cluster:teams; "
    "move what is in it first",
    Loss.PROVIDER: "leave aws:region, and kubeconfig and context of gpu-cluster:cluster, as they are",
}
"""Advice for the stack file."""


def loss_by(step: Step) -> Loss | None:
    """The loss of an update by this step; None where it loses nothing stateful."""
    loss = STATEFUL.get(step.type)
    if loss is None or step.before.get("external"):
        return None
    if step.kind == "delete" and step.before.get("retainOnDelete"):
        return None  # it stays, and only the engine forgets it
    if step.kind != "delete" and not step.replaces:
        return None
    return None if loss is Loss.NODES and not _has_gpus(step) else loss


def _has_gpus(step: Step) -> bool:
    """Whether the nodes have GPUs, as far as anybody can tell that they have none."""
    nodes = step.resource
    if nodes.kind == "NodePool":
        taints = nodes.at("spec", "template", "spec", "taints").items()
        return any(taint.at("key").text == _GPU for taint in taints)
    types = [kind.text for kind in nodes.at("instanceTypes").items()]
    if any(kind not in INSTANCES or INSTANCES[kind].gpu for kind in types):
        return True
    image = nodes.at("amiType").text
    return "NVIDIA" in image or (not types and image in ("", "CUSTOM"))


@operation_rule(
    89,
    "nothing-lost",
    "Updates replace and delete no cluster, provider, store, key or GPU pool",
    level=Level.MANDATORY,
    references="Pulumi: resource option protect; terraform-provider-aws #35824; terraform-aws-eks #1249",
    fix="undo the change, or do it in two: first the new one beside the old, then the old one away; "
    "what is meant has a waiver in policies/waivers.yaml",
)
def nothing_lost(step: Step) -> Iterator[Violation]:
    """A new resource is empty, and the data of the old one is gone before anybody has looked at it."""
    loss = loss_by(step)
    if loss:
        planned = "a deletion" if step.kind == "delete" else "a replacement"
        because = f" for {', '.join(step.reasons)}" if step.reasons else ""
        field = step.resource.missing("planned operation")
        yield Violation(field, "none", actual=f"{planned}{because}, and with it goes {loss}")


@operation_rule(
    90,
    "secrets-encrypted-in-state",
    "Secrets are encrypted in the state",
    level=Level.MANDATORY,
    references="pulumi-eks #725; pulumi-eks #832; pulumi-kubernetes #734; CIS 4.4.1",
    fix="give it with `pulumi config set --secret`, and hand it on as pulumi.Output.secret; "
    "gpu-cluster:serving.hubToken does",
)
def secrets_encrypted_in_state(step: Step) -> Iterator[Violation]:
    """A state is read by everybody who previews, and is kept for ever in its history."""
    if step.kind in ("delete", "delete-replaced", "discard", "discard-replaced"):
        return
    content = {key: step.after.get(key) for key in ("inputs", "outputs")}
    in_secret = step.resource.kind == "Secret"
    for name, field in _leaves(Property(step.resource.address, "", content)):
        if is_name_of_secret(name) or is_secret(field.text) or (in_secret and _is_data(field.path)):
            yield Violation(field, "encrypted", actual="stored in the clear")


def _leaves(field: Property, name: str = "") -> Iterator[tuple[str, Property]]:
    """Texts that are stored in the clear, with the last key on the way to each."""
    match field.content:
        case Mapping():
            content = dict(field.entries())
            for key, value in () if _CIPHER in content else content.items():
                yield from _leaves(value, key)
        case list():
            for item in field.items():
                yield from _leaves(item, name)
        case str() if field.content not in ("", _HIDDEN, _UNKNOWN) and name not in _NO_SECRETS:
            yield name, field
        case _:
            return


def _is_data(path: str) -> bool:
    """Whether it is a value of a Kubernetes Secret."""
    return any(
        path.startswith(f"{side}.{key}") for side in ("inputs", "outputs") for key in ("data", "stringData")
    )
