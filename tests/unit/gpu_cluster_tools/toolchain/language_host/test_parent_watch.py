import subprocess
import sys

import pytest

CHILD = """
import subprocess, sys
from gpu_cluster_tools.toolchain.language_host.parent_watch import end_with_parent
end_with_parent()
grandchild = subprocess.Popen(["sleep", "100"])
print("started", flush=True)
grandchild.wait()
"""

PARENT = f"""
import subprocess, sys
subprocess.run([sys.executable, "-c", {CHILD!r}], process_group=0)
"""


@pytest.mark.timeout(20)
def test_process_group_ends_with_the_parent_of_its_leader() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        assert parent.stdout.readline() == "started\n"

        parent.kill()

        # The stream ends with the last process that has it open.
        assert parent.stdout.read() == ""
