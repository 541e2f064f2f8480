"""Modules that a program may need, loaded once by the process that programs are forked from."""

from importlib import import_module

from gpu_cluster.catalog import DURATIONS

_OF_THE_PLATFORM = ("gpu_cluster.stack", "gpu_cluster.platform", "gpu_cluster.aws.environment")
_OF_AWS = {
    f"pulumi_aws.{type.split(':')[1].partition('/')[0]}" for type in DURATIONS if type.startswith("aws:")
}

for name in (*_OF_THE_PLATFORM, *sorted(_OF_AWS)):
    dir(import_module(name))  # the SDK loads a module when something of it is asked for
