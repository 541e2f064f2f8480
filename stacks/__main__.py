"""The program that the engine runs: one stack file becomes one platform, or a team's part of one."""

from pathlib import Path

import pulumi

from gpu_cluster.kubernetes.cluster import NoKubeconfigError
from gpu_cluster.program import run
from gpu_cluster.stack import StackFileError

try:
    outputs = run(Path(__file__).resolve().parents[1], pulumi.get_stack())
except (StackFileError, NoKubeconfigError) as error:
    raise pulumi.RunError(str(error)) from None
for key, value in outputs.items():
    pulumi.export(key, value)
