import subprocess
import sys

CROWD = """
import sys
from threading import Barrier, Thread
from lightkube.core.decoders import decode_list
from lightkube.resources.core_v1 import Pod
import gpu_cluster_tools.rehearsal.control_plane.kubernetes_client

sys.setswitchinterval(1e-6)
together = Barrier(16)

def decode():
    together.wait()
    decode_list(b'{"items": [{"metadata": {"name": "a"}, "spec": {"containers": [{"name": "b"}]}}]}', Pod)

threads = [Thread(target=decode) for _ in range(16)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


def test_first_use_of_the_client_is_thread_safe() -> None:
    assert subprocess.run([sys.executable, "-c", CROWD], check=False).returncode == 0
