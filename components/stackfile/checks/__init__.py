"""What sections of a stack demand of each other."""

from components.config.stack import Stack
from components.stackfile.checks.backups import backups
from components.stackfile.checks.capacity import capacity
from components.stackfile.checks.cluster import cluster
from components.stackfile.checks.gated import gated
from components.stackfile.checks.guardrails import guardrails
from components.stackfile.checks.load_times import load_times
from components.stackfile.checks.memory import memory
from components.stackfile.checks.models import models
from components.stackfile.checks.mounts import mounts
from components.stackfile.checks.network import network
from components.stackfile.checks.nodes import nodes
from components.stackfile.checks.pools import pools, sound_pools
from components.stackfile.checks.region import region
from components.stackfile.checks.registry import registry
from components.stackfile.checks.serving import serving
from components.stackfile.checks.storage import storage
from components.stackfile.checks.teams import teams
from components.stackfile.checks.updates import updates
from components.stackfile.problem import Keys, Mistake
from components.stackfile.sections import rooted


def crossed(stack: Stack, broken: frozenset[Keys]) -> list[Mistake]:
    """Everything that is wrong between sections, with keys from the root of the file on.

    `broken` are entries that the file has and the stack lacks, for they have mistakes of their own:
    nothing is said about what refers to them.
    """
    offered, unsound = sound_pools(stack)
    broken |= unsound
    mistakes = [
        *region(stack),
        *cluster(stack, broken),
        *guardrails(stack),
        *network(stack, offered, broken),
        *pools(stack, offered, broken),
        *nodes(stack, offered, broken),
        *storage(stack, broken),
        *mounts(stack),
        *backups(stack, broken),
        *registry(stack, broken),
        *serving(stack),
        *models(stack, offered, broken),
        *gated(stack, broken),
        *memory(stack, offered, broken),
        *load_times(stack, offered, broken),
        *capacity(stack, offered),
        *updates(stack, offered),
        *teams(stack, offered, broken),
    ]
    return [Mistake(rooted(keys), message) for keys, message, _ in mistakes]
