"""Console script `gpu-cluster`."""

import locale
import os
import sys

from gpu_cluster_tools.termination import terminate_in_order


def run() -> None:
    """Run the command line; signals end it without a traceback, even during imports."""
    try:
        terminate_in_order()
        _restart_in_utf8()
        from gpu_cluster_tools.cli import app  # which takes a second

        app.run()
    except KeyboardInterrupt:
        sys.exit(130)


def _restart_in_utf8() -> None:
    """Restart Python in UTF-8 mode if the locale has another encoding: all files of a project are UTF-8."""
    if sys.flags.utf8_mode or locale.getencoding().lower().replace("-", "") == "utf8":
        return
    os.environ["PYTHONUTF8"] = "1"
    os.execv(sys.executable, sys.orig_argv)  # noqa: S606
