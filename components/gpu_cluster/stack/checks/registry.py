"""Registry: in the cluster only with provider local, ECR only on AWS."""

from collections.abc import Iterator

from pydantic.alias_generators import to_camel

from gpu_cluster.catalog import REGIONS, UPSTREAMS, region_lacks
from gpu_cluster.config.cluster import LocalCluster
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.registry import RegistrySettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.stack.checks.region import on_aws, unknown_region
from gpu_cluster.stack.checks.storage import unknown_class
from gpu_cluster.stack.diagnostic import Diagnostic, Keys

_KEYS: Keys = ("registry",)
_ANYWHERE = {"in_cluster", "login", "mirror"}
_INSTEAD_OF_A_MIRROR = ("mirrors", "credentials")


def registry(stack: Stack, broken: frozenset[Keys]) -> Iterator[Diagnostic]:
    settings = stack.registry
    yield from _in_cluster(stack, broken)
    yield from _login(stack, broken)
    if not on_aws(stack):
        charts = {"charts"} if stack.gateway and stack.gateway.is_installed else set[str]()
        for field in RegistrySettings.model_fields:
            if field in settings.model_fields_set - _ANYWHERE - charts:
                message = f"only with provider eks, got {stack.cluster.provider}"
                yield Diagnostic((*_KEYS, to_camel(field)), message)
        return
    if settings.mirror:
        for field in _INSTEAD_OF_A_MIRROR:
            if field in settings.model_fields_set:
                yield Diagnostic((*_KEYS, field), "not with mirror, the source of all images; remove the key")
    else:
        yield from _caches(settings, broken)
    if isinstance(stack.cluster, EksSettings) and stack.region:
        yield from _secrets(settings, stack.region, stack.cluster.account)
        yield from _scanning(settings, stack.region)
    yield from _replicas(stack)


def _scanning(settings: RegistrySettings, region: str) -> Iterator[Diagnostic]:
    """Enhanced scanning is by Amazon Inspector."""
    if settings.scanning == "enhanced" and region in REGIONS and region_lacks(region, "inspector"):
        message = f"enhanced scanning needs Amazon Inspector, which is not in {region}; expected basic"
        yield Diagnostic((*_KEYS, "scanning"), message)


def _login(stack: Stack, broken: frozenset[Keys]) -> Iterator[Diagnostic]:
    keys: Keys = (*_KEYS, "login")
    if not stack.registry.login:
        return
    if isinstance(stack.cluster, LocalCluster):
        yield Diagnostic(keys, "not with provider local, which does not pull from a mirror")
    elif not stack.registry.mirror and (*_KEYS, "mirror") not in broken:
        yield Diagnostic(keys, "only with mirror")


def _in_cluster(stack: Stack, broken: frozenset[Keys]) -> Iterator[Diagnostic]:
    settings = stack.registry.in_cluster
    if not settings:
        return
    keys: Keys = (*_KEYS, "inCluster")
    match stack.cluster.provider:
        case "existing":
            yield Diagnostic(
                keys, "only with provider local; an existing cluster uses the registry of its site"
            )
        case "eks":
            yield Diagnostic(keys, "only with provider local; with eks, images are in ECR")
        case "local":
            pass
    if problem := unknown_class(settings.storage_class, stack, broken):
        yield Diagnostic((*keys, "storageClass"), problem)


def _caches(settings: RegistrySettings, broken: frozenset[Keys]) -> Iterator[Diagnostic]:
    """Credentials for upstreams that require them, and for no others."""
    cached = settings.mirrors or frozenset()
    if (*_KEYS, "credentials") not in broken:
        for upstream in sorted(cached - settings.credentials.keys()):
            if UPSTREAMS[upstream].credentials:
                message = (
                    f"{upstream} requires a secret in registry.credentials, with a name such as "
                    "ecr-pullthroughcache/…"
                )
                yield Diagnostic((*_KEYS, "mirrors"), message)
    for upstream in settings.credentials:
        keys: Keys = (*_KEYS, "credentials", upstream.value)
        if not UPSTREAMS[upstream].credentials:
            yield Diagnostic(keys, f"{upstream} requires no credentials; remove the key")
        elif upstream not in cached and (*_KEYS, "mirrors") not in broken:
            listed = ", ".join(sorted(cached)) or "none"
            yield Diagnostic(keys, f"{upstream} is not in registry.mirrors ({listed})")


def _secrets(settings: RegistrySettings, region: str, account: str) -> Iterator[Diagnostic]:
    """The secret must be in the region and account of ECR."""
    for upstream, arn in settings.credentials.items():
        there, owner = arn.split(":")[3:5]
        if (there, owner) != (region, account):
            keys: Keys = (*_KEYS, "credentials", upstream.value)
            message = f"expected a secret in {region} of account {account}, got one in {there} of {owner}"
            yield Diagnostic(keys, message)


def _replicas(stack: Stack) -> Iterator[Diagnostic]:
    settings, keys = stack.registry, (*_KEYS, "replicate")
    for name in sorted(settings.replicate):
        if problem := unknown_region(name):
            yield Diagnostic(keys, problem)
        elif name == stack.region:
            yield Diagnostic(keys, f"expected another region, got '{name}', the region of the registry")
    if settings.replicate and not settings.repositories:
        yield Diagnostic(keys, "nothing to copy: registry.repositories is empty")
