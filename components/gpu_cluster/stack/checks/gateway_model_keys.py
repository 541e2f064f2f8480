"""Gateway: models behind it that ask for an API key of their own."""

from collections.abc import Iterator, Mapping

from gpu_cluster.capacity import stated
from gpu_cluster.config.gateway import RoutedSettings
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.stack.diagnostic import Diagnostic, Keys

_KEY = "VLLM_API_KEY"
_ARGUMENT = "--api-key"


def gateway_model_keys(
    routed: RoutedSettings, models: Mapping[str, ModelSettings], root: Keys
) -> Iterator[Diagnostic]:
    """The gateway removes the key of a request, so such a model answers 401. `root`: path of the models."""
    if not routed.keys:
        return
    reached = {name for route in stated(routed, models, ()).values() for name in route.models}
    message = "the gateway removes the key of each request, so the model would answer 401; remove it"
    for name, model in models.items():
        if name not in reached:
            continue
        if _KEY in model.env:
            yield Diagnostic((*root, name, "env", _KEY), message)
        if any(word.partition("=")[0].replace("_", "-") == _ARGUMENT for word in model.args):
            yield Diagnostic((*root, name, "args"), f"{_ARGUMENT}: {message}")
