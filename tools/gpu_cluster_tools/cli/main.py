"""Console script `gpu-cluster`."""

import sys

from gpu_cluster_tools.termination import terminate_in_order


def run() -> None:
    """Run the command line; signals end it without a traceback, even during imports."""
    try:
        terminate_in_order()
        from gpu_cluster_tools.cli import app  # which takes a second

        app.run()
    except KeyboardInterrupt:
        sys.exit(130)
