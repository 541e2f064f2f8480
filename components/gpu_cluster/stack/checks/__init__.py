"""Checks across the sections of a stack."""

from gpu_cluster.config.stack import Stack
from gpu_cluster.stack.checks.backups import backups
from gpu_cluster.stack.checks.capacity import capacity
from gpu_cluster.stack.checks.cluster import cluster
from gpu_cluster.stack.checks.compliance import compliance
from gpu_cluster.stack.checks.engine_support import engine_support
from gpu_cluster.stack.checks.engines import engines
from gpu_cluster.stack.checks.extras import extras
from gpu_cluster.stack.checks.gated_models import gated_models
from gpu_cluster.stack.checks.gateway import gateway
from gpu_cluster.stack.checks.gateway_capacity import gateway_capacity
from gpu_cluster.stack.checks.gpu_repair import gpu_repair
from gpu_cluster.stack.checks.hardware import hardware
from gpu_cluster.stack.checks.image_volumes import image_volumes
from gpu_cluster.stack.checks.load_times import load_times
from gpu_cluster.stack.checks.local_engine import local_engine
from gpu_cluster.stack.checks.logs import logs
from gpu_cluster.stack.checks.memory import memory
from gpu_cluster.stack.checks.mirrors import mirrors
from gpu_cluster.stack.checks.models import models
from gpu_cluster.stack.checks.mounts import mounts
from gpu_cluster.stack.checks.multi_node import groups
from gpu_cluster.stack.checks.network import network
from gpu_cluster.stack.checks.nodes import nodes
from gpu_cluster.stack.checks.offline import offline
from gpu_cluster.stack.checks.on_call import on_call
from gpu_cluster.stack.checks.partition import partition
from gpu_cluster.stack.checks.pools import pools, valid_pools
from gpu_cluster.stack.checks.prefix_routing import prefix_routing
from gpu_cluster.stack.checks.recipes import recipes
from gpu_cluster.stack.checks.region import region
from gpu_cluster.stack.checks.registry import registry
from gpu_cluster.stack.checks.serving import serving
from gpu_cluster.stack.checks.storage import storage
from gpu_cluster.stack.checks.team_grants import team_grants
from gpu_cluster.stack.checks.telemetry import telemetry
from gpu_cluster.stack.checks.telemetry_capacity import telemetry_capacity
from gpu_cluster.stack.checks.unsupported_options import unsupported_options
from gpu_cluster.stack.checks.updates import updates
from gpu_cluster.stack.checks.versions import versions
from gpu_cluster.stack.diagnostic import Diagnostic, Keys
from gpu_cluster.stack.sections import rooted


def check_sections(stack: Stack, broken: frozenset[Keys]) -> list[Diagnostic]:
    """Diagnostics across sections, with keys from the root of the file.

    `broken` are entries that the file has and the stack lacks because of other errors. References to them are
    not reported.
    """
    offered, unsound = valid_pools(stack)
    broken |= unsound
    diagnostics = [
        *region(stack),
        *partition(stack),
        *cluster(stack, broken),
        *versions(stack, broken),
        *compliance(stack),
        *network(stack, offered, broken),
        *hardware(stack, broken),
        *pools(stack, offered, broken),
        *nodes(stack, offered, broken),
        *gpu_repair(stack, offered, broken),
        *storage(stack, broken),
        *mounts(stack),
        *backups(stack, broken),
        *registry(stack, broken),
        *serving(stack),
        *models(stack, offered, broken),
        *engines(stack, broken),
        *engine_support(stack, offered, broken),
        *unsupported_options(stack, broken),
        *recipes(stack, broken),
        *groups(stack, broken),
        *local_engine(stack),
        *gated_models(stack, broken),
        *mirrors(stack, offered, broken),
        *memory(stack, offered, broken),
        *image_volumes(stack, offered, broken),
        *load_times(stack, offered, broken),
        *capacity(stack, offered),
        *updates(stack, offered),
        *gateway(stack, broken),
        *gateway_capacity(stack, offered, broken),
        *prefix_routing(stack, broken),
        *extras(stack, broken),
        *offline(stack),
        *logs(stack, broken),
        *telemetry(stack, broken),
        *telemetry_capacity(stack, offered, broken),
        *team_grants(stack, offered, broken),
        *on_call(stack, broken),
    ]
    return [Diagnostic(rooted(keys), message) for keys, message, _ in diagnostics]
