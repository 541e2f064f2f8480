"""Network interfaces of a node with EFA: which card, which device, which kind."""

from dataclasses import dataclass
from datetime import date

from gpu_cluster.catalog.instances import Instance
from gpu_cluster.catalog.source import Source

EFA_SOURCES = {
    "cards": Source("getmoto/moto 5.2.5, EC2 DescribeInstanceTypes, NetworkCards", date(2026, 11, 21)),
    "kinds": Source("Amazon EC2 user guide, efa-acc-inst-types", date(2026, 11, 21)),
}

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


def _efa_only(first: int, end: int) -> tuple[Interface, ...]:
    return tuple(Interface(card, 0, "efa-only") for card in range(first, end))
