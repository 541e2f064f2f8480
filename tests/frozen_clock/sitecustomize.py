"""Start-up of every Python process that a test starts: its clock is set to the date of the tests."""

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

_CLOCK = "gpu_cluster.catalog.today"


class _ClockFinder:
    """Sets the clock when its module is imported: most programs do not use it and start faster without it."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != _CLOCK:
            return None
        from importlib.util import find_spec

        sys.meta_path.remove(self)  # the others find it
        spec = find_spec(name)
        if spec and spec.loader:
            execute = spec.loader.exec_module

            def execute_and_set(module: ModuleType) -> None:
                execute(module)
                vars(module)["datetime"] = _clock()

            spec.loader.exec_module = execute_and_set
        return spec


def _clock() -> type:
    """The clock of tests/today.py, loaded by path, because it has no importable name here."""
    from pathlib import Path
    from runpy import run_path

    return run_path(str(Path(__file__).parents[1] / "today.py"))["Clock"]


sys.meta_path.insert(0, _ClockFinder())
