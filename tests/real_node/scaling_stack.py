"""A platform with telemetry whose only model scales by its queue, and is slow enough to have one."""

_STACK = """\
config:
  gpu-cluster:cluster: {provider: local}
  gpu-cluster:pools:
    system: {instance: m7i.xlarge, nodes: 1}
    l4: {instance: g6.4xlarge, nodes: 3}
  gpu-cluster:storage:
    standard: {kind: host-path, default: true, reclaim: delete}
  gpu-cluster:telemetry: {serveMetrics: true, intervalSeconds: 5, size: 1Gi}
  gpu-cluster:serving:
    models:
      chat:
        model: meta-llama/Llama-3.1-8B-Instruct
        pool: l4
        replicas: {min: 1, max: MAX}
        waiting: 4
        maxSequences: 2
        context: 8192
        cache: {size: 40Gi}
        env: {MODEL_SERVER_TOKENS_PER_SECOND: "20"}
"""


def scaling_stack(most: int) -> str:
    """The stack file, with this maximum number of replicas."""
    return _STACK.replace("MAX", str(most))
