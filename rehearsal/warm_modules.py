"""All that a program may need, loaded by whoever imports this: the process that programs are forked from."""

from importlib import import_module

from rehearsal.aws.services import kinds

_OF_THE_PLATFORM = ("components.stackfile", "components.platform", "components.places.eks")
_OF_AWS = {f"pulumi_aws.{type.split(':')[1].partition('/')[0]}" for type in kinds()}

for name in (*_OF_THE_PLATFORM, *sorted(_OF_AWS)):
    dir(import_module(name))  # the SDK loads a module when something of it is asked for
