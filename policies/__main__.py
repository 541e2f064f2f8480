"""What the engine starts for `--policy-pack policies`."""

import sys

from policies.crossguard import serve
from policies.file import PolicyFileError

try:
    serve()
except PolicyFileError as error:
    sys.exit(str(error))
