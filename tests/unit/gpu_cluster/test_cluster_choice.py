"""Choice of the cluster backend, and lazy import of the AWS SDK."""

import subprocess
import sys
from pathlib import Path

import pytest

from gpu_cluster.cluster_choice import backend_for
from gpu_cluster.config.stack import Stack
from gpu_cluster.kubernetes.cluster import NoKubeconfigError
from tests.unit.gpu_cluster.stacks import stack_of

PROJECT = Path(__file__).parents[3]

WITHOUT_AWS = """
import sys
from pathlib import Path
from gpu_cluster.cluster_choice import backend_for
from gpu_cluster.platform import Platform
from gpu_cluster.stack import load
stack = load(Path("stacks/Pulumi.edge.yaml"))
try:
    backend_for(stack, Path("/nowhere"))
except Exception as error:
    assert type(error).__name__ == "NoKubeconfigError", error
print(*sorted(name for name in sys.modules if name.startswith("pulumi_aws")))
"""


def test_existing_cluster_requires_a_kubeconfig(tmp_path: Path) -> None:
    site = stack_of(cluster={"provider": "existing", "kubeconfig": "site.yaml"})
    with pytest.raises(NoKubeconfigError, match=r"site\.yaml does not exist"):
        backend_for(site, tmp_path)

    (tmp_path / "site.yaml").touch()
    assert callable(backend_for(site, tmp_path))


def test_eks_cluster_requires_no_kubeconfig(tmp_path: Path) -> None:
    assert callable(backend_for(on_aws(), tmp_path))


def test_eks_without_region_raises_value_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="aws:region"):
        backend_for(on_aws().model_copy(update={"region": None}), tmp_path)


def test_other_backends_do_not_import_the_aws_sdk() -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", WITHOUT_AWS], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert (loaded.stdout.split(), loaded.stderr) == ([], "")


def on_aws() -> Stack:
    return stack_of(
        region="eu-central-1",
        cluster={
            "provider": "eks",
            "account": "123456789012",
            "version": "1.35",
            "access": {"ops": {"principal": "arn:aws:iam::123456789012:role/ops", "policy": "cluster-admin"}},
        },
        network={"zones": ["eu-central-1a", "eu-central-1b"]},
    )
