"""The program that the engine runs: one stack file becomes one platform, or a team's part of one."""

from pathlib import Path

import pulumi

from components.cluster import NoKubeconfigError
from components.program import run
from components.stackfile import StackFileError

try:
    outputs = run(Path(__file__).resolve().parents[1], pulumi.get_stack())
except (StackFileError, NoKubeconfigError) as error:
    raise pulumi.RunError(str(error)) from None
for key, value in outputs.items():
    pulumi.export(key, value)
