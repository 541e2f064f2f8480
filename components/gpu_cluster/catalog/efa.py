"""Network interfaces of a node with EFA: which card, which device, which kind."""

from dataclasses import dataclass
from datetime import date

from gpu_cluster.catalog.instances import Instance
from gpu_cluster.catalog.source import Source

EFA_SOURCES = {
    "cards": Source("getmoto/moto 5.2.5, EC2 DescribeInstanceTypes, NetworkCards", date(2026, 11, 21)),
    "huge_pages": Source(
        "hugepages-2Mi of nodes as public guides show them, aws-samples/aws-do-eks and "
        "converged-computing/performance-study: 42242Mi with 192 CPUs, 21122Mi with 96",
        date(2026, 11, 29),
    ),
    "kinds": Source("Amazon EC2 user guide, efa-acc-inst-types", date(2026, 11, 21)),
}

_HUGE_PAGES_PER_CPU, _HUGE_PAGES_BESIDE = 220 * 1024**2, 2 * 1024**2
"""Bytes of huge pages that the EFA software of an image reserves when a node with EFA starts."""

_FIRST_CARD_WITHOUT_EFA = {"p6-b300.48xlarge"}
_NO_CARDS_PUBLISHED = {"p6e-gb200.36xlarge"}


@dataclass(frozen=True, slots=True)
class Interface:
    card: int
    """Index of the network card."""

    device: int
    """Index of the device on its card; the node's own address is on device 0 of card 0."""

    kind: str
    """`interface` has addresses, `efa-only` has EFA, `efa` has both."""


def efa_interfaces(instance: Instance) -> tuple[Interface, ...]:
    """One interface for each EFA that the instance can have; none without EFA or documentation.

    Only the first has addresses: those on other cards would use up a subnet and no pod would have them.
    """
    if not instance.efa or instance.name in _NO_CARDS_PUBLISHED:
        return ()
    if instance.name in _FIRST_CARD_WITHOUT_EFA:
        return Interface(0, 0, "interface"), *_efa_only(1, instance.efa + 1)
    return Interface(0, 0, "efa"), *_efa_only(1, instance.efa)


def huge_pages_bytes(instance: Instance) -> int:
    """Memory that a node with EFA reserves as huge pages; memory requests of pods cannot use it."""
    return instance.cpus * _HUGE_PAGES_PER_CPU + _HUGE_PAGES_BESIDE if instance.efa else 0


def _efa_only(first: int, end: int) -> tuple[Interface, ...]:
    return tuple(Interface(card, 0, "efa-only") for card in range(first, end))
