"""The text of a new stack file, from the options of `init`."""

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from gpu_cluster.config.partition import partition_of
from gpu_cluster.config.stack import Stack
from gpu_cluster.stack.load import load
from gpu_cluster.stack.yaml_scalar import scalar
from gpu_cluster_tools.scaffold.init_options import InitOptions
from gpu_cluster_tools.scaffold.wanted_model import REVISION, TOKEN, WEIGHTS, WantedModel

BLANK = "CHANGEME"
"""Placeholders that the user fills; `validate` names every one."""


def stack_file(init: InitOptions) -> str:
    """A commented stack file that validates once its placeholders are filled.

    `InitOptionsError` where no machine of the catalog does what is asked for.

    stack_file(InitOptions(name="lab", provider="local", gpu="L4"))
    """
    return "\n".join(_lines(init, example=False)) + "\n"


def example(init: InitOptions) -> Stack:
    """The draft with examples for its values. `StackFileError` where it is wrong."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / f"Pulumi.{init.name}.yaml"
        file.write_text("\n".join(_lines(init, example=True)) + "\n")
        return load(file)


def _lines(init: InitOptions, *, example: bool) -> Iterator[str]:
    """`example`: with values that could be in place of values."""
    values = _Placeholders(init, example)
    yield "# yaml-language-server: $schema=schema.json"
    yield f"# Replace every {BLANK}: `gpu-cluster validate {init.name}` names them by line."
    yield "config:"
    yield f"  gpu-cluster:production: {str(init.production).lower()} # true: production rules stop an update"
    match init.provider:
        case "eks":
            yield from _eks(init, values)
        case "existing":
            yield f"  gpu-cluster:cluster: {{provider: existing, kubeconfig: {scalar(init.kubeconfig)}}}"
        case _:
            yield "  gpu-cluster:cluster: {provider: local} # a control plane on this machine: make up"
    yield from _pools(init, values)
    yield from _storage(init, values)
    if init.model:
        yield from _model(init, init.model, values)
    if init.provider == "eks":
        yield from _guardrails(init, values)
    if init.team:
        yield from _team(init, values)


class _Placeholders:
    """Placeholders of the options that are open."""

    def __init__(self, init: InitOptions, example: bool) -> None:
        def of(given: str | None, could_be: str) -> str:
            return scalar(given or (could_be if example else BLANK))

        iam = f"arn:{partition_of(init.region)}:iam"
        account = init.account or "123456789012"
        self.account = json.dumps(init.account or (account if example else BLANK))
        self.deployer = of(init.deployer, f"{iam}::{account}:role/platform")
        self.notify = of(init.notify, "platform@example.com")
        self.zone = of(None, init.every_zone[0])
        self.cpus = "192" if example else BLANK
        self.memory = of(None, "2Ti")
        self.server = of(None, "files.example.com")
        self.share = of(None, "/srv/models") if example else f"/{BLANK}"
        self.weights = of(None, WEIGHTS)
        self.revision = of(None, REVISION)
        self.cost_centre = of(None, "cloud")
        self.token = of(None, TOKEN)
        on_aws = init.provider == "eks"
        self.member = of(None, f"{iam}::{account}:role/{init.team}" if on_aws else f"group:{init.team}")


def _eks(init: InitOptions, values: _Placeholders) -> Iterator[str]:
    yield f"  aws:region: {init.region}"
    yield "  gpu-cluster:cluster:"
    yield "    provider: eks"
    yield f"    account: {values.account} # deployments to other accounts are refused"
    yield f'    version: "{init.version}"'
    yield "    endpoint: private # or {public: [203.0.113.0/24]}: the networks that may reach the API server"
    yield "    access: # access entries; includes the role that deploys"
    yield f"      platform: {{principal: {values.deployer}, policy: cluster-admin}}"
    yield "  gpu-cluster:network:"
    yield f"    zones: [{', '.join(init.every_zone)}] # at least two; append new ones"


def _pools(init: InitOptions, values: _Placeholders) -> Iterator[str]:
    yield "  gpu-cluster:pools:"
    if init.provider == "eks":
        yield f"    system: {{instance: {init.system}, nodes: {{min: 2, max: 4}}}} # for system pods"
    elif init.provider == "local":
        yield "    system: {instance: m7i.xlarge, nodes: 2} # for system pods"
    yield f"    {pool_name(init)}:"
    if init.machine:
        yield f"      instance: {init.machine.name}"
    else:
        gpus = f"gpu: {init.gpu}, gpus: {init.gpus}"
        yield f"      machine: {{cpus: {values.cpus}, memory: {values.memory}, {gpus}}}"
    least, most = init.nodes
    yield f"      nodes: {least}" if least == most else f"      nodes: {{min: {least}, max: {most}}}"
    if init.machine and init.machine.efa and most > 1 and init.provider == "eks":
        yield "      # efa: true # for models and jobs over several nodes; requires zones with one zone"
    if init.provider == "eks" and init.one_zone:
        yield f"      zones: [{values.zone}] # not in all zones: `gpu-cluster doctor {init.name}` lists them"
    if init.provider == "existing":
        yield f"      labels: {{gpu-cluster/pool: {pool_name(init)}}} # label your nodes with it"


def pool_name(init: InitOptions) -> str:
    """Name of the GPU in lowercase, such as l4 or rtx-pro-6000."""
    gpu = init.machine.gpu if init.machine else None
    return (gpu.name if gpu else init.gpu or "nodes").lower()


def _storage(init: InitOptions, values: _Placeholders) -> Iterator[str]:
    yield "  gpu-cluster:storage:"
    match init.provider:
        case "eks":
            yield "    disk: {kind: ebs, default: true}"
        case "existing":
            nfs = f"{{kind: nfs, server: {values.server}, share: {values.share}, default: true}}"
            yield f"    models: {nfs} # or {{kind: local-path, default: true}} with k3s"
        case _:
            yield "    disk: {kind: host-path, default: true, reclaim: delete}"


def _model(init: InitOptions, model: WantedModel, values: _Placeholders) -> Iterator[str]:
    yield "  gpu-cluster:serving:"
    if init.needs_token:
        yield f"    # {model.name} is gated: set the token of an account that was granted access by"
        yield "    # `pulumi config set --path --secret gpu-cluster:serving.hubToken`, or store of the model"
        yield f"    hubToken: {{secure: {values.token}}}"
    yield "    models:"
    yield "      chat:"
    lines = model.lines(
        pool_name(init),
        _replicas(init),
        gpus=init.slot.gpus if init.slot else 1,
        weights=values.weights,
        revision=values.revision,
    )
    yield from (f"        {line}" for line in lines)


def _replicas(init: InitOptions) -> str:
    """Replicas for all GPUs of the nodes."""
    (least, most), each = init.nodes, init.replicas_per_node
    words = "one" if each == 1 else str(each)
    return f"{{min: {least * each}, max: {most * each}}} # {words} on each node"


def _guardrails(init: InitOptions, values: _Placeholders) -> Iterator[str]:
    if init.budget:
        yield f"  gpu-cluster:budget: {{monthlyUsd: {init.budget}, notify: [{values.notify}]}}"
    yield "  gpu-cluster:tags: # on every AWS resource"
    yield "    team: platform"
    yield f"    environment: {scalar(init.name)}"
    yield f"    cost-centre: {values.cost_centre}"
    yield "    data-class: internal # such as public, internal or confidential"


def _team(init: InitOptions, values: _Placeholders) -> Iterator[str]:
    yield "  gpu-cluster:teams: # each has a namespace, quotas and permissions"
    yield f"    {scalar(init.team or '')}:"
    yield "      gpus: {} # such as {" + pool_name(init) + ": 1}, of those that no model has"
    if init.provider != "local":
        yield f"      members: [{values.member}]"
