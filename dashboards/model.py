"""Model: queue, speed, errors and replicas of one model."""

from dashboards.panels import Board, choice, lines, number
from dashboards.panels import dashboard as made

_OF = 'namespace="$namespace", model="$model"'
_BY = "by (namespace, model)"
_SCALER = 'namespace="$namespace", horizontalpodautoscaler="$model"'


def _either(vllm: str, sglang: str, *, rate: bool = False) -> str:
    """The series of vLLM or of SGLang, whichever engine serves the model."""
    asked = [f"{name}{{{_OF}}}" for name in (f"vllm:{vllm}", f"sglang:{sglang}")]
    return " or ".join(f"rate({each}[$__rate_interval])" if rate else each for each in asked)


def dashboard() -> Board:
    return made(
        "model",
        "Model",
        "One model: waiting requests, latency, KV cache usage and replicas.",
        [
            number(
                "Waiting requests",
                "Requests in the queues of all replicas, the metric of the autoscaler.",
                f"gpu_cluster:model_waiting:by_model{{{_OF}}}",
            ),
            number(
                "Replicas up",
                "Replicas that Prometheus scrapes successfully.",
                f"gpu_cluster:model_replicas:by_model{{{_OF}}}",
            ),
            number(
                "Time to first token, p95",
                "Time within which 95 of 100 requests get their first token.",
                f"gpu_cluster:model_first_token_seconds:p95{{{_OF}}}",
                unit="s",
            ),
            number(
                "Requests per second",
                "Completed requests (vLLM).",
                f"sum(rate(vllm:request_success_total{{{_OF}}}[5m]))",
                unit="reqps",
            ),
            lines(
                "Waiting and running requests",
                "Sum over all replicas.",
                {
                    "waiting": f"gpu_cluster:model_waiting:by_model{{{_OF}}}",
                    "running": f"sum {_BY} ({_either('num_requests_running', 'num_running_reqs')})",
                },
            ),
            lines(
                "Replicas",
                "Replicas that are up, and the autoscaler's desired and maximum replicas.",
                {
                    "up": f"gpu_cluster:model_replicas:by_model{{{_OF}}}",
                    "desired": f"kube_horizontalpodautoscaler_status_desired_replicas{{{_SCALER}}}",
                    "maximum": f"kube_horizontalpodautoscaler_spec_max_replicas{{{_SCALER}}}",
                },
            ),
            lines(
                "Time to first token",
                "95th percentile of requests.",
                {"p95": f"gpu_cluster:model_first_token_seconds:p95{{{_OF}}}"},
                unit="s",
            ),
            lines(
                "Tokens per second",
                "Prompt tokens and generated tokens, over all replicas.",
                {
                    "prompt": f"sum {_BY} "
                    f"({_either('prompt_tokens_total', 'prompt_tokens_total', rate=True)})",
                    "generated": f"sum {_BY} "
                    f"({_either('generation_tokens_total', 'generation_tokens_total', rate=True)})",
                },
            ),
            lines(
                "Requests by finish reason",
                "Completed requests (vLLM): stop and length are responses, abort and error are failures.",
                {
                    "{{finished_reason}}": "sum by (finished_reason) "
                    f"(rate(vllm:request_success_total{{{_OF}}}[$__rate_interval]))"
                },
                unit="reqps",
            ),
            lines(
                "KV cache",
                "Fraction of the KV cache in use, by replica.",
                {"{{pod}}": f"max by (pod) ({_either('kv_cache_usage_perc', 'token_usage')})"},
                unit="percentunit",
            ),
            lines(
                "GPU utilization",
                "GPUs of the namespace's replicas with this model's name.",
                {
                    "{{pod}} GPU {{gpu}}": "max by (pod, gpu) "
                    '(DCGM_FI_DEV_GPU_UTIL{namespace="$namespace", pod=~"$model-.*"})'
                },
                unit="percent",
            ),
        ],
        choices=[
            choice("namespace", "Namespace", 'label_values(up{job=~"models-.*"}, namespace)'),
            choice("model", "Model", 'label_values(up{job=~"models-.*", namespace="$namespace"}, model)'),
        ],
    )
