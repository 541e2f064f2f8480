"""Runs pytest for each line of its input, in a fork of a process that has the SDKs loaded: they load slowly.

{"folder": "/tmp/project", "arguments": ["tests/pains/test_02_dns.py"]}

is answered by the exit code; what pytest says is in `said.txt` of the folder.
"""

# ruff: noqa: T201 (its output is its interface)

import gc
import json
import os
import sys
from importlib import import_module
from pathlib import Path

_AWS = "autoscaling backup budgets cloudwatch ec2 ecr efs eks fsx iam kms s3 vpc"
_KUBERNETES = "apiextensions apps.v1 autoscaling.v2 core.v1 helm.v4 networking.v1 policy.v1 storage.v1"


def main() -> None:
    for module in ("pydantic", "pytest", "ruamel.yaml", "syrupy"):
        import_module(module)
    for package, modules in (("pulumi_aws", _AWS), ("pulumi_kubernetes", _KUBERNETES)):
        for module in modules.split():
            import_module(f"{package}.{module}")
    gc.disable()  # a child ends before it has much to collect
    for line in sys.stdin:
        print(_run(**json.loads(line)), flush=True)


def _run(folder: str, arguments: list[str]) -> int:
    child = os.fork()
    if child == 0:
        os._exit(_pytest(Path(folder), arguments))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _pytest(folder: Path, arguments: list[str]) -> int:
    import pytest

    os.chdir(folder)
    # Before the installed project.
    sys.path[:0] = [str(folder / root) for root in (".", "components", "policies", "tools")]
    said = os.open("said.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(said, sys.stdout.fileno())
    code = pytest.main(arguments)
    sys.stdout.flush()
    return code


if __name__ == "__main__":
    main()
