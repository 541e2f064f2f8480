"""Model of a new stack, and its lines in the stack file."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from gpu_cluster.capacity import ModelLoad, load_time, release_of
from gpu_cluster.catalog import MODELS, RECIPES, LanguageModel, of_weights
from gpu_cluster.catalog.engines import ENGINES
from gpu_cluster.config.min_max import Replicas
from gpu_cluster.config.model import LOAD_MINUTES, ModelSettings
from gpu_cluster.config.model_options import ModelCache
from gpu_cluster.config.quantity import amount
from gpu_cluster.config.storage import Ebs
from gpu_cluster.stack.checks.load_times import enough
from gpu_cluster.stack.checks.recipes import parsers, unserved
from gpu_cluster.stack.checks.unsupported_options import untrusted_code
from gpu_cluster.stack.yaml_scalar import scalar

_CONTEXT = 8192
_DISK = "disk"
_GIB = 1024**3

TOKEN = "v1:an:example"  # noqa: S105
"""A ciphertext that the token of the model hub could be."""

REVISION = "0123456789abcdef0123456789abcdef01234567"
"""A commit that the revision of a model could be."""

WEIGHTS = "1Gi"
"""Example of the weights of an unknown model: so few that a small GPU holds it."""


@dataclass(frozen=True)
class WantedModel:
    """A model, as far as the catalog knows it.

    WantedModel("Qwen/Qwen2.5-7B-Instruct").load
    """

    name: str
    """Name on the model hub."""

    @property
    def known(self) -> LanguageModel | None:
        """Model of the catalog."""
        return MODELS.get(self.name)

    @property
    def gated(self) -> bool:
        """Whether its weights require a token, as far as the catalog knows."""
        return bool(self.known and self.known.gated)

    @property
    def load(self) -> ModelLoad:
        """Load with a small context, to fit small GPUs."""
        return ModelLoad(self.known or of_weights(self.name, int(amount(WEIGHTS))), self.context, None)

    @property
    def context(self) -> int:
        return min(self.known.context, _CONTEXT) if self.known else _CONTEXT

    @property
    def load_minutes(self) -> int:
        """Enough to load the weights from the hub by way of a disk of EBS, and not less than the default."""
        settings = ModelSettings(
            model=self.name,
            weights=None if self.known else WEIGHTS,
            pool="any",
            replicas=Replicas(min=1, max=1),
            cache=ModelCache(size=self.cache, storage_class=_DISK),
        )
        return max(LOAD_MINUTES, enough(load_time(settings, {_DISK: Ebs(kind="ebs")}, None) or 0))

    @property
    def cache(self) -> str:
        """The weights and a half, in tens of GiB."""
        gib = ceil(self.known.download * 1.5 / _GIB / 10) * 10 if self.known else 100
        return f"{gib}Gi"

    @property
    def needed_version(self) -> str | None:
        """Release of vLLM that its recipe requires, if the platform's default is older."""
        recipe = RECIPES.get(self.name)
        newer = recipe and not recipe.is_nightly and recipe.is_newer_than(_release(None))
        return f"v{recipe.release}" if recipe and newer else None

    @property
    def rejected(self) -> str | None:
        """Reason why a draft cannot have it: no release of vLLM serves it, or its code needs trust first."""
        recipe = RECIPES.get(self.name)
        if self.known and self.known.own_code:
            return untrusted_code(self.name)
        return unserved(recipe, _release(self.needed_version)) if recipe else None

    @property
    def parsers(self) -> list[tuple[str, str]]:
        """Parsers of tool calls and reasoning that vLLM's recipe has, by their keys."""
        recipe = RECIPES.get(self.name)
        return list(parsers(recipe, _release(self.needed_version))) if recipe else []

    def lines(
        self,
        pool: str,
        replicas: str,
        *,
        gpus: int = 1,
        profile: str | None = None,
        weights: str,
        revision: str,
    ) -> Iterator[str]:
        """Lines of a file below the name of the model, not indented; `weights` if the catalog has none."""
        yield f"model: {scalar(self.name)}"
        yield f"revision: {revision} # commit on the hub; pins the weights"
        if self.needed_version:
            yield f"version: {self.needed_version} # of vLLM, as its recipe for the model requires"
        if not self.known:
            yield f"weights: {weights} # total size; the model is not in the catalog"
        yield f"pool: {pool}"
        if gpus > 1:
            yield f"gpus: {gpus} # of each replica"
        if profile:
            yield f"slice: {profile} # of each replica"
        yield f"replicas: {replicas}"
        yield f"context: {self.context} # tokens of prompt and answer; more take more memory"
        yield f"cache: {{size: {self.cache}}}"
        for key, word in self.parsers:
            yield f"{key}: {word} # as in vLLM's recipe"
        if self.load_minutes > LOAD_MINUTES:
            yield f"loadMinutes: {self.load_minutes} # startup timeout of a replica"


def _release(version: str | None) -> str:
    """Release of vLLM in a version; None for the platform's default."""
    return release_of(version or ENGINES["vllm"].example) or ""
