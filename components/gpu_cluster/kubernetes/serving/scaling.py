"""Autoscaling of model replicas."""

from pulumi_kubernetes.autoscaling import v2 as autoscaling

from gpu_cluster.config.model import ModelSettings

# A replica takes minutes to load, and as long again when it was stopped too soon: up by two, down by one, and
# down only after a quiet quarter of an hour.
_UP = autoscaling.HPAScalingRulesArgs(
    stabilization_window_seconds=30,
    policies=[autoscaling.HPAScalingPolicyArgs(type="Pods", value=2, period_seconds=120)],
)
_DOWN = autoscaling.HPAScalingRulesArgs(
    stabilization_window_seconds=900,
    policies=[autoscaling.HPAScalingPolicyArgs(type="Pods", value=1, period_seconds=300)],
)


def scaler(
    workload: autoscaling.CrossVersionObjectReferenceArgs, settings: ModelSettings, metric: str
) -> autoscaling.HorizontalPodAutoscalerSpecArgs:
    """HPA on waiting requests, counted by `metric`; GPU utilization does not show the queue."""
    waiting = autoscaling.PodsMetricSourceArgs(
        metric=autoscaling.MetricIdentifierArgs(name=metric),
        target=autoscaling.MetricTargetArgs(type="AverageValue", average_value=str(settings.waiting)),
    )
    return autoscaling.HorizontalPodAutoscalerSpecArgs(
        scale_target_ref=workload,
        min_replicas=settings.replicas.min,
        max_replicas=settings.replicas.max,
        metrics=[autoscaling.MetricSpecArgs(type="Pods", pods=waiting)],
        behavior=autoscaling.HorizontalPodAutoscalerBehaviorArgs(scale_up=_UP, scale_down=_DOWN),
    )
