"""Plain manifests: processor time of all rules on 1,000 and 10,000 objects, and of checkov on the first."""

import json
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.processor import processor_seconds

_COUNTS = (1_000, 10_000)

_CHECK = """
import sys
from pathlib import Path
from gpu_cluster_policies.evaluate import evaluate_manifests
from gpu_cluster_policies.manifests.manifests import contents_of
from gpu_cluster_policies.reports import FORMATS
FORMATS["text"](evaluate_manifests(contents_of([Path(sys.argv[1])]), None))
"""


def show(runs: int) -> None:
    """A row of our own for each count, and one of checkov, if it is on PATH, for the first."""
    checkov = shutil.which("checkov")
    with tempfile.TemporaryDirectory(prefix="gpu-cluster-bench-") as folder:
        own: list[float] = []
        for count in _COUNTS:
            file = Path(folder) / f"{count}.yaml"
            file.write_text(
                "---\n".join(json.dumps(deployment(number), indent=1) + "\n" for number in range(count))
            )
            own.append(_median([sys.executable, "-c", _CHECK, str(file)], runs))
            print(f"{f'{count:,} manifests':26}{own[-1]:6.2f} s", flush=True)
        print(
            f"{'one more among many':26}{_slope(own) / (own[0] / _COUNTS[0]):6.2f}x one among few", flush=True
        )
        if not checkov:
            print("checkov is not on PATH: left out")
            return
        file = Path(folder) / f"{_COUNTS[0]}.yaml"
        options = ["--framework", "kubernetes", "--compact", "--quiet", "--skip-download", "--output", "json"]
        theirs = _median([checkov, "--file", str(file), *options], 1)
        print(f"{f'checkov on {_COUNTS[0]:,}':26}{theirs:6.2f} s  {theirs / own[0]:5.1f}x ours", flush=True)


def _slope(times: list[float]) -> float:
    return (times[1] - times[0]) / (_COUNTS[1] - _COUNTS[0])


def _median(command: list[str], runs: int) -> float:
    return statistics.median(processor_seconds(command) for _ in range(runs))


def deployment(number: int) -> dict[str, Any]:
    """A server with findings of some rules."""
    labels = {"app": f"server-{number}"}
    container = {
        "name": "server",
        "image": "nvcr.io/nvidia/tritonserver:26.06-py3",
        "ports": [{"name": "http", "containerPort": 8000}],
        "env": [{"name": "MODE", "value": "all"}, {"name": "LEVEL", "value": str(number % 7)}],
        "resources": {"requests": {"cpu": "100m", "memory": "1Gi"}, "limits": {"memory": "1Gi"}},
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
        "readinessProbe": {"httpGet": {"path": "/v2/health/ready", "port": 8000}},
    }
    spec = {
        "serviceAccountName": "server",
        "automountServiceAccountToken": False,
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [container],
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": f"server-{number}", "namespace": f"team-{number % 50}", "labels": labels},
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": spec},
        },
    }
