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
        "One model: who waits, how fast it answers, how full its cache is, and how many replicas it has.",
        [
            number(
                "Requests that wait",
                "In the queues of all replicas: its autoscaler goes by them.",
                f"gpu_cluster:model_waiting:by_model{{{_OF}}}",
            ),
            number(
                "Replicas that answer",
                "Replicas whose metrics Prometheus gets.",
                f"gpu_cluster:model_replicas:by_model{{{_OF}}}",
            ),
            number(
                "First token",
                "Time after which 95 of 100 requests have had their first token.",
                f"gpu_cluster:model_first_token_seconds:p95{{{_OF}}}",
                unit="s",
            ),
            number(
                "Requests a second",
                "Requests that ended, of vLLM.",
                f"sum(rate(vllm:request_success_total{{{_OF}}}[5m]))",
                unit="reqps",
            ),
            lines(
                "Queue and requests that run",
                "Sum over all replicas.",
                {
                    "wait": f"gpu_cluster:model_waiting:by_model{{{_OF}}}",
                    "run": f"sum {_BY} ({_either('num_requests_running', 'num_running_reqs')})",
                },
            ),
            lines(
                "Replicas",
                "Those that answer, beside what the autoscaler wants and what it may have.",
                {
                    "answer": f"gpu_cluster:model_replicas:by_model{{{_OF}}}",
                    "wanted": f"kube_horizontalpodautoscaler_status_desired_replicas{{{_SCALER}}}",
                    "most": f"kube_horizontalpodautoscaler_spec_max_replicas{{{_SCALER}}}",
                },
            ),
            lines(
                "Time to first token",
                "Of 95 of 100 requests.",
                {"95 %": f"gpu_cluster:model_first_token_seconds:p95{{{_OF}}}"},
                unit="s",
            ),
            lines(
                "Tokens a second",
                "Tokens that were read and written, over all replicas.",
                {
                    "read": f"sum {_BY} ({_either('prompt_tokens_total', 'prompt_tokens_total', rate=True)})",
                    "written": f"sum {_BY} "
                    f"({_either('generation_tokens_total', 'generation_tokens_total', rate=True)})",
                },
            ),
            lines(
                "Requests by end",
                "Of vLLM: stop and length are answers, abort and error are not.",
                {
                    "{{finished_reason}}": "sum by (finished_reason) "
                    f"(rate(vllm:request_success_total{{{_OF}}}[$__rate_interval]))"
                },
                unit="reqps",
            ),
            lines(
                "Key-value cache",
                "Part that is filled, by replica.",
                {"{{pod}}": f"max by (pod) ({_either('kv_cache_usage_perc', 'token_usage')})"},
                unit="percentunit",
            ),
            lines(
                "GPU utilization",
                "Of the GPUs that the namespace's replicas of this name hold.",
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
