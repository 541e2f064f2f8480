"""The engine's names of resources: `urn:pulumi:prod::gpu-cluster::<types of its parents>$<type>::<name>`."""


def type_of(urn: str) -> str:
    """`aws:eks/nodeGroup:NodeGroup`."""
    return urn.split("::", maxsplit=3)[2].rpartition("$")[2]


def name_of(urn: str) -> str:
    """Kind and name: `Deployment platform-serving-chat`."""
    return f"{type_of(urn).rpartition(':')[2]} {urn.split('::', maxsplit=3)[3]}"
