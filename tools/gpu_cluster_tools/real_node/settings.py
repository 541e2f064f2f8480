"""Settings of the processes of real nodes, as a file between the command that starts them and themselves."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

GATEWAY = "gateway"
"""Route to the gateway."""


def model_way(model: str) -> str:
    return f"model-{model}"


@dataclass(frozen=True, slots=True)
class Program:
    """A program that runs until the nodes are stopped."""

    name: str
    command: list[str]


@dataclass(frozen=True, slots=True)
class NodeSettings:
    name: str
    address: str
    folder: str
    """Folder of its kubelet, its container runtime and its machine."""

    programs: list[Program]


@dataclass(frozen=True, slots=True)
class RealNodeSettings:
    search: str
    """PATH of all programs."""

    api_port: int
    egress: str
    """Socket by which the API server reaches Services and kubelets."""

    models: dict[str, int]
    """Ports of this machine at which models answer."""

    programs: list[Program]
    nodes: list[NodeSettings]
    gateway: int | None = None
    """Port of this machine at which the gateway answers, where it is real."""

    pki: str = ""
    """Folder with the certificates of the administrator; empty in files of earlier versions."""

    mounts: dict[str, str] = field(default_factory=dict[str, str])
    """Folders of this machine by their paths in every container, where they are read-only."""

    @property
    def ways(self) -> dict[str, int]:
        """Ports of this machine by the name of the way into the network of the nodes."""
        gateway = {} if self.gateway is None else {GATEWAY: self.gateway}
        return {**{model_way(model): port for model, port in self.models.items()}, **gateway}

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), indent=2) + "\n")

    @classmethod
    def read(cls, path: Path) -> "RealNodeSettings":
        data = json.loads(path.read_text())
        nodes = [NodeSettings(**node | {"programs": _programs(node)}) for node in data["nodes"]]
        return cls(**data | {"nodes": nodes, "programs": _programs(data)})


def _programs(data: dict[str, list[dict[str, list[str]]]]) -> list[Program]:
    return [Program(**program) for program in data["programs"]]  # pyright: ignore[reportArgumentType]
