"""The text of a new stack file, from the options of `init`."""

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from gpu_cluster.config.stack import Stack
from gpu_cluster.stack.load import load
from gpu_cluster.stack.scalar import scalar
from gpu_cluster_tools.scaffold.wanted_model import REVISION, TOKEN, WEIGHTS, WantedModel
from gpu_cluster_tools.scaffold.wish import Wish

BLANK = "CHANGEME"
"""Placeholders that the user fills; `validate` names every one."""


def draft(wish: Wish) -> str:
    """A commented stack file that validates once its placeholders are filled. `WishError` where it cannot.

    draft(Wish(name="lab", provider="local", gpu="L4"))
    """
    return "\n".join(_lines(wish, example=False)) + "\n"


def example(wish: Wish) -> Stack:
    """The draft with examples for its placeholders. `StackFileError` where it is wrong."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / f"Pulumi.{wish.name}.yaml"
        file.write_text("\n".join(_lines(wish, example=True)) + "\n")
        return load(file)


def _lines(wish: Wish, *, example: bool) -> Iterator[str]:
    """`example`: with values that could be in place of placeholders."""
    blanks = _Blanks(wish, example)
    yield "# yaml-language-server: $schema=schema.json"
    yield f"# Replace every {BLANK}: `gpu-cluster validate {wish.name}` names them by line."
    yield "config:"
    yield f"  gpu-cluster:production: {str(wish.production).lower()} # true: production rules stop an update"
    match wish.provider:
        case "eks":
            yield from _eks(wish, blanks)
        case "existing":
            yield f"  gpu-cluster:cluster: {{provider: existing, kubeconfig: {scalar(wish.kubeconfig)}}}"
        case _:
            yield "  gpu-cluster:cluster: {provider: local} # a control plane on this machine: make up"
    yield from _pools(wish, blanks)
    yield from _storage(wish, blanks)
    if wish.model:
        yield from _model(wish, wish.model, blanks)
    if wish.provider == "eks":
        yield from _guardrails(wish, blanks)
    if wish.team:
        yield from _team(wish, blanks)


class _Blanks:
    """Placeholders of the options that are open."""

    def __init__(self, wish: Wish, example: bool) -> None:
        def of(given: str | None, could_be: str) -> str:
            return scalar(given or (could_be if example else BLANK))

        account = wish.account or "123456789012"
        self.account = json.dumps(wish.account or (account if example else BLANK))
        self.deployer = of(wish.deployer, f"arn:aws:iam::{account}:role/platform")
        self.notify = of(wish.notify, "platform@example.com")
        self.zone = of(None, wish.every_zone[0])
        self.cpus = "192" if example else BLANK
        self.memory = of(None, "2Ti")
        self.server = of(None, "files.example.com")
        self.share = of(None, "/srv/models") if example else f"/{BLANK}"
        self.weights = of(None, WEIGHTS)
        self.revision = of(None, REVISION)
        self.cost_centre = of(None, "cloud")
        self.token = of(None, TOKEN)
        on_aws = wish.provider == "eks"
        self.member = of(None, f"arn:aws:iam::{account}:role/{wish.team}" if on_aws else f"group:{wish.team}")


def _eks(wish: Wish, blanks: _Blanks) -> Iterator[str]:
    yield f"  aws:region: {wish.region}"
    yield "  gpu-cluster:cluster:"
    yield "    provider: eks"
    yield f"    account: {blanks.account} # the platform touches no other"
    yield f'    version: "{wish.version}"'
    yield "    endpoint: private # or {public: [203.0.113.0/24]}: the networks that may reach the API server"
    yield "    access: # who may use the cluster; the role that deploys is one of them"
    yield f"      platform: {{principal: {blanks.deployer}, policy: cluster-admin}}"
    yield "  gpu-cluster:network:"
    yield f"    zones: [{', '.join(wish.every_zone)}] # at least two; append new ones"


def _pools(wish: Wish, blanks: _Blanks) -> Iterator[str]:
    yield "  gpu-cluster:pools:"
    if wish.provider == "eks":
        yield f"    system: {{instance: {wish.system}, nodes: {{min: 2, max: 4}}}} # for all that is no model"
    elif wish.provider == "local":
        yield "    system: {instance: m7i.xlarge, nodes: 2} # for all that is no model"
    yield f"    {pool_name(wish)}:"
    if wish.machine:
        yield f"      instance: {wish.machine.name}"
    else:
        gpus = f"gpu: {wish.gpu}, gpus: {wish.gpus}"
        yield f"      machine: {{cpus: {blanks.cpus}, memory: {blanks.memory}, {gpus}}}"
    least, most = wish.nodes
    yield f"      nodes: {least}" if least == most else f"      nodes: {{min: {least}, max: {most}}}"
    if wish.provider == "eks" and wish.one_zone:
        yield f"      zones: [{blanks.zone}] # not all offer it: `gpu-cluster doctor {wish.name}` says which"
    if wish.provider == "existing":
        yield f"      labels: {{gpu-cluster/pool: {pool_name(wish)}}} # which your nodes need to have"


def pool_name(wish: Wish) -> str:
    """Its GPU in small letters, such as l4 or rtx-pro-6000."""
    gpu = wish.machine.gpu if wish.machine else None
    return (gpu.name if gpu else wish.gpu or "nodes").lower()


def _storage(wish: Wish, blanks: _Blanks) -> Iterator[str]:
    yield "  gpu-cluster:storage:"
    match wish.provider:
        case "eks":
            yield "    disk: {kind: ebs, default: true}"
        case "existing":
            yield f"    models: {{kind: nfs, server: {blanks.server}, share: {blanks.share}, default: true}}"
        case _:
            yield "    disk: {kind: host-path, default: true, reclaim: delete}"


def _model(wish: Wish, model: WantedModel, blanks: _Blanks) -> Iterator[str]:
    least, most = wish.nodes
    yield "  gpu-cluster:serving:"
    if wish.needs_token:
        yield f"    # {model.name} is gated: set the token of an account that was granted access by"
        yield "    # `pulumi config set --path --secret gpu-cluster:serving.hubToken`, or store of the model"
        yield f"    hubToken: {{secure: {blanks.token}}}"
    yield "    models:"
    yield "      chat:"
    lines = model.lines(
        pool_name(wish),
        f"{{min: {least}, max: {most}}} # one on each node",
        gpus=wish.place.gpus if wish.place else 1,
        weights=blanks.weights,
        revision=blanks.revision,
    )
    yield from (f"        {line}" for line in lines)


def _guardrails(wish: Wish, blanks: _Blanks) -> Iterator[str]:
    if wish.budget:
        yield f"  gpu-cluster:budget: {{monthlyUsd: {wish.budget}, notify: [{blanks.notify}]}}"
    yield "  gpu-cluster:tags: # of every AWS resource"
    yield "    team: platform"
    yield f"    environment: {scalar(wish.name)}"
    yield f"    cost-centre: {blanks.cost_centre}"
    yield "    data-class: internal # such as public, internal or confidential"


def _team(wish: Wish, blanks: _Blanks) -> Iterator[str]:
    yield "  gpu-cluster:teams: # each has a namespace, quotas and rights of its own"
    yield f"    {scalar(wish.team or '')}:"
    yield "      gpus: {} # such as {" + pool_name(wish) + ": 1}, of those that no model has"
    if wish.provider != "local":
        yield f"      members: [{blanks.member}]"
