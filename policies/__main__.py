"""What the engine starts for `--policy-pack policies`."""

import sys

from gpu_cluster_policies.crossguard import serve
from gpu_cluster_policies.file import PolicyFileError

try:
    serve()
except PolicyFileError as error:
    sys.exit(str(error))
