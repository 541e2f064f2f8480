"""The program that the engine runs: one stack file becomes one platform."""

from pathlib import Path

import pulumi

from components.cluster import NoKubeconfigError
from components.places import place_of
from components.platform import Platform
from components.stackfile import StackFileError, load

stacks = Path(__file__).resolve().parent
try:
    stack = load(stacks / f"Pulumi.{pulumi.get_stack()}.yaml")
    place = place_of(stack, stacks.parent)
except (StackFileError, NoKubeconfigError) as error:
    raise pulumi.RunError(str(error)) from None

hub_token = None
if stack.serving.hub_token:
    serving = pulumi.Config("gpu-cluster").require_secret_object("serving")
    hub_token = serving.apply(lambda decrypted: decrypted["hubToken"])

platform = Platform("platform", stack, place=place, hub_token=hub_token)
for key, value in platform.outputs.items():
    pulumi.export(key, value)
