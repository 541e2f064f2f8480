"""Instance types that can be simulated: those of the catalog, and those that the stack file declares.

The emulated account runs in a separate process and reads the declarations from a file in its folder.
"""

import json
from pathlib import Path

from gpu_cluster.capacity.known_hardware import KnownHardware, known_hardware
from gpu_cluster.catalog import Instance
from gpu_cluster.config.hardware import HardwareSettings

DECLARED = Path("declared-hardware.json")
"""Name of the file in the folder of the account."""

_EVERY: dict[str, Instance] = {}


def instance_types() -> dict[str, Instance]:
    """Instance types by name; one mapping for the whole process, which simulates one stack."""
    if not _EVERY:
        _EVERY.update(known_hardware(_written()).instances)
    return _EVERY


def use_declared(settings: HardwareSettings) -> None:
    """Simulate these types too, and forget those of another stack."""
    _EVERY.clear()
    _EVERY.update(known_hardware(settings).instances)


def write_declared(settings: HardwareSettings, folder: Path) -> None:
    """Write the declarations for an account that starts in this folder later."""
    (folder / DECLARED).write_text(settings.model_dump_json(by_alias=True, exclude_unset=True))


def known() -> KnownHardware:
    """The same with the GPUs of these types."""
    types = instance_types()
    return KnownHardware(types, {it.gpu.name: it.gpu for it in types.values() if it.gpu})


def _written() -> HardwareSettings:
    if not DECLARED.exists():
        return HardwareSettings()
    return HardwareSettings.model_validate(json.loads(DECLARED.read_text()))
