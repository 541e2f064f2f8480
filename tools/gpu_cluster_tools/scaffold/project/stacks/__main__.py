"""The program that the engine runs: one stack file becomes one platform, or a team's part of one."""

from gpu_cluster.program import main

main(__file__)
