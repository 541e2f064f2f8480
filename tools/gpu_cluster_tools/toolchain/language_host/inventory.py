"""A script for the program's own Python: print its version and every package it has, as JSON."""

import json
import platform
import re
import sys
from importlib.metadata import Distribution, distributions

PLUGIN_FILE = "pulumi-plugin.json"


def inventory() -> dict[str, object]:
    """The interpreter and its packages.

    A package has `name`, `version`, `direct` (no other package requires it) and `plugin`, the content
    of its pulumi-plugin.json or None.
    """
    packages = {_normal(each.metadata["Name"]): each for each in distributions() if each.metadata["Name"]}
    asked_for = {
        _normal(re.split(r"[^\w.-]", requirement.strip(), maxsplit=1)[0])
        for package in packages.values()
        for requirement in package.requires or []
        if "extra ==" not in requirement
    }
    return {
        "executable": sys.executable,
        "version": platform.python_version(),
        "packages": [
            {
                "name": name,
                "version": package.version,
                "direct": name not in asked_for,
                "plugin": _plugin(package),
            }
            for name, package in sorted(packages.items())
        ],
    }


def _plugin(package: Distribution) -> object:
    if PLUGIN_FILE not in (package.read_text("RECORD") or ""):
        return None
    file = next(each for each in package.files or [] if each.name == PLUGIN_FILE)
    return json.loads(file.read_text())


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    json.dump(inventory(), sys.stdout)
