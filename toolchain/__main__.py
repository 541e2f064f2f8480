"""`python -m toolchain` builds and lists the tools; `python -m toolchain clean` drops Go's caches."""

import argparse
import sys

from toolchain.cache import cache_directory
from toolchain.errors import ToolchainError
from toolchain.go import clean_caches
from toolchain.toolchain import install


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m toolchain", description=__doc__)
    parser.add_argument("command", nargs="?", choices=["clean"], help="drop Go's caches, keep the tools")
    if parser.parse_args().command == "clean":
        clean_caches(cache_directory())
        return 0
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
