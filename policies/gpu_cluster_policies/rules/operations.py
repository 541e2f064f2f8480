"""Rules for updates: data loss, and plaintext secrets in the state."""

from collections.abc import Iterator, Mapping

from gpu_cluster.catalog import INSTANCES, STATEFUL, Loss
from gpu_cluster_policies.preview import Step
from gpu_cluster_policies.resources.property import Property
from gpu_cluster_policies.resources.secret_text import is_name_of_secret, is_secret
from gpu_cluster_policies.rule import Level, Violation, operation_rule

_GPU = "nvidia.com/gpu"

_HIDDEN = "[secret]"  # what a preview shows of what is stored encrypted
_CIPHER = "4dabf18193072939515e22adb298388d"  # the key by which a state marks what is encrypted
_UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"  # what a preview shows of what is not known yet
_NO_SECRETS = ("clientRequestToken", "clientToken", "continuationToken", "creationToken", "nextToken")
"""Property names of idempotency tokens."""

ADVICE: Mapping[Loss, str] = {
    Loss.CLUSTER: "restore aws:region, gpu-cluster:cluster.account and gpu-cluster:network; for a different "
    "value, create another stack and move the workloads",
    Loss.DATA: "restore its entry in gpu-cluster:storage or gpu-cluster:registry; add another entry, copy "
    "the data, and remove the old entry in a separate change",
    Loss.KEY: "restore aws:region and gpu-cluster:cluster.account; copy the encrypted data to another key "
    "first",
    Loss.NETWORK: "restore cidr, zones and podCidr of gpu-cluster:network, or only append zones",
    Loss.NODES: "add a pool with another name in gpu-cluster:pools, move the models with pool in "
    "gpu-cluster:serving.models.<name>, and remove the old pool in a separate change",
    Loss.OBJECTS: "restore its name in gpu-cluster:serving.namespace or gpu-cluster:teams; move its objects "
    "first",
    Loss.PROVIDER: "restore aws:region, and kubeconfig and context of gpu-cluster:cluster",
}
"""Advice for the stack file, by kind of loss."""


def loss_by(step: Step) -> Loss | None:
    """Data loss of this step; None without a stateful resource."""
    loss = STATEFUL.get(step.type)
    if loss is None or step.before.get("external"):
        return None
    if step.kind == "delete" and step.before.get("retainOnDelete"):
        return None  # it stays, and only the engine forgets it
    if step.kind != "delete" and not step.replaces:
        return None
    return None if loss is Loss.NODES and not _has_gpus(step) else loss


def _has_gpus(step: Step) -> bool:
    """Whether the nodes have GPUs; True if unknown."""
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
    fix="undo the change, or split it: first add the new resource, then remove the old one; for an "
    "intended replacement, add a waiver to policies/waivers.yaml",
)
def nothing_lost(step: Step) -> Iterator[Violation]:
    """A replacement is empty, and the data of the old resource is deleted with it."""
    loss = loss_by(step)
    if loss:
        planned = "a deletion" if step.kind == "delete" else "a replacement"
        because = f" for {', '.join(step.reasons)}" if step.reasons else ""
        field = step.resource.missing("planned operation")
        yield Violation(field, "none", actual=f"{planned}{because}, which deletes {loss}")


@operation_rule(
    90,
    "secrets-encrypted-in-state",
    "Secrets are encrypted in the state",
    level=Level.MANDATORY,
    references="pulumi-eks #725; pulumi-eks #832; pulumi-kubernetes #734; CIS 4.4.1",
    fix="set it with `pulumi config set --secret` and pass it as pulumi.Output.secret, as for "
    "gpu-cluster:serving.hubToken",
)
def secrets_encrypted_in_state(step: Step) -> Iterator[Violation]:
    """Every user who runs a preview can read the state, and its history is kept."""
    if step.kind in ("delete", "delete-replaced", "discard", "discard-replaced"):
        return
    content = {key: step.after.get(key) for key in ("inputs", "outputs")}
    in_secret = step.resource.kind == "Secret"
    for name, field in _leaves(Property(step.resource.address, "", content)):
        if is_name_of_secret(name) or is_secret(field.text) or (in_secret and _is_data(field.path)):
            yield Violation(field, "encrypted", actual="stored in plaintext")


def _leaves(field: Property, name: str = "") -> Iterator[tuple[str, Property]]:
    """Texts stored in plaintext, with their last key."""
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
