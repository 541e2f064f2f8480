"""Resources in the account before a rehearsal."""

from pathlib import Path

from gpu_cluster.stack import load
from gpu_cluster_tools.rehearsal.prerequisites.given_resources import (
    addon_roles,
    own_images,
    reservations,
    taken_to_be_there,
)

STACKS = Path(__file__).parents[5] / "tests" / "stacks" / "happy"


def test_declared_boundary_and_addon_roles_exist() -> None:
    stack = load(STACKS / "eks-declared.yaml")

    assert "arn:aws:iam::123456789012:policy/limits/workloads" in taken_to_be_there(stack)
    assert addon_roles(stack) == {"arn:aws:iam::123456789012:role/dns/cert-manager"}


def test_capacity_reservations_exist() -> None:
    found = {each.id: each for each in reservations(load(STACKS / "eks-pool-everything.yaml"))}

    reserved = found["cr-0aaaaaaaaaaaaaaaa"]
    assert (reserved.type, reserved.zone, reserved.count) == ("g6e.48xlarge", "us-east-2b", 4)


def test_images_of_the_user_exist() -> None:
    assert own_images(load(STACKS / "eks-declared.yaml")) == {"ami-0123456789abcdef0": "x86_64"}
