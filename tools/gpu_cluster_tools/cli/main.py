"""The console script `gpu-cluster`."""

import sys


def run() -> None:
    """Ctrl-C ends quietly at any moment, even while the program is still being read."""
    try:
        from gpu_cluster_tools.cli import app  # which takes a second

        app.run()
    except KeyboardInterrupt:
        sys.exit(130)
