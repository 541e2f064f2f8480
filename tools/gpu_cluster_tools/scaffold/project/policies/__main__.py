"""The program that the engine starts for `--policy-pack policies`."""

from gpu_cluster_policies.crossguard import main

main(__file__)
