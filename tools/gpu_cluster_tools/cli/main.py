"""The console script `gpu-cluster`."""

import sys

from gpu_cluster_tools.termination import terminate_in_order


def run() -> None:
    """Signals end it quietly at any moment, even while the program is still being read."""
    try:
        terminate_in_order()
        from gpu_cluster_tools.cli import app  # which takes a second

        app.run()
    except KeyboardInterrupt:
        sys.exit(130)
