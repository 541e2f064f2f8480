"""`python -m toolchain` builds the tools that the machine lacks, and lists them all."""

import sys

from toolchain.errors import ToolchainError
from toolchain.toolchain import install


def main() -> int:
    try:
        tools = install().tools
    except ToolchainError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        return 130
    for name, found in sorted(tools.items()):
        print(f"{name:28}{found.version:10}{found.origin:8}{found.path}")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
