"""ECR repositories and pull-through caches of the platform."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

import pulumi

from gpu_cluster.aws.ecr.creation_template import creation_role, creation_template
from gpu_cluster.aws.ecr.lifecycle_policy import keep_newest, keep_newest_and_tagged
from gpu_cluster.aws.ecr.mirroring import ImageCopy, images_to_copy
from gpu_cluster.aws.ecr.pull_through_cache import pull_through_caches
from gpu_cluster.aws.ecr.registry_settings import enhanced_scanning, replication
from gpu_cluster.aws.ecr.repository import Repository
from gpu_cluster.catalog import UPSTREAMS
from gpu_cluster.config.ecr import ecr_mirror
from gpu_cluster.config.registry import RegistrySettings, RepositorySettings
from gpu_cluster.exemption import Exemption
from gpu_cluster.images import Image, TaggedImage


class EcrRegistry(pulumi.ComponentResource):
    """ECR pull-through caches, and repositories for images of the platform and its users.

    EcrRegistry("platform-registry", settings, account="123456789012", region="eu-central-1",
                key=keys.arns[Purpose.REGISTRY], images=ON_EKS, protect=True).mirror
    # 123456789012.dkr.ecr.eu-central-1.amazonaws.com
    """

    EXEMPT: ClassVar = (
        Exemption(
            "19-images-encrypted",
            "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate",
            "Copies in another region have the key of ECR there: the platform's keys are of one region.",
        ),
    )

    mirror: str
    """Mirror address of all platform images."""

    copies: list[ImageCopy]
    """Images without a pull-through cache, which must be copied to ECR."""

    urls: Mapping[str, pulumi.Output[str]]
    """URLs of the user's repositories, by name."""

    def __init__(
        self,
        name: str,
        settings: RegistrySettings,
        *,
        account: str,
        region: str,
        key: pulumi.Input[str],
        images: Sequence[Image | TaggedImage],
        protect: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`images`: what the platform may run; `protect`: refuse to delete images."""
        super().__init__("gpu-cluster:index:EcrRegistry", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        prefix = f"{settings.prefix}/" if settings.prefix else ""
        cached = settings.mirrors or frozenset()
        here = settings.mirror is None
        replicas = settings.replicate if settings.repositories else frozenset[str]()

        self.mirror = settings.mirror or ecr_mirror(account, region, settings.prefix)
        self.copies = images_to_copy(images, self.mirror, cached) if here else []
        if cached or replicas:
            role = creation_role(
                f"{name}-creation",
                account=account,
                region=region,
                replicas=replicas,
                prefix=prefix,
                key=key,
                opts=child,
            )
            pull_through_caches(
                name,
                cached,
                credentials=settings.credentials,
                prefix=prefix,
                role=role,
                key=key,
                expiry=keep_newest(settings.keep_images),
                opts=child,
            )
            for other in sorted(replicas):
                creation_template(
                    f"{name}-{other}-template",
                    settings.prefix or "ROOT",
                    "REPLICATION",
                    role=role,
                    expiry=keep_newest_and_tagged(settings.keep_images, settings.untagged_days),
                    region=other,
                    opts=child,
                )
        of_platform = {image.repository: RepositorySettings() for image in images} if here else {}
        repositories = {
            path: Repository(
                f"{name}-{path}",
                prefix + path,
                key=key,
                expiry=_expiry(path, chosen, settings),
                readers=chosen.readers,
                writers=chosen.writers,
                region=region,
                protect=protect,
                opts=child,
            )
            for path, chosen in {**of_platform, **settings.repositories}.items()
        }
        if settings.scanning == "enhanced":
            enhanced_scanning(f"{name}-scanning", opts=child)
        if replicas:
            own = [prefix + path for path in settings.repositories]
            replication(f"{name}-replication", own, replicas, account=account, opts=child)

        self.urls = {path: repositories[path].url for path in settings.repositories}
        self.register_outputs({"mirror": self.mirror, "urls": self.urls})


def _expiry(path: str, chosen: RepositorySettings, settings: RegistrySettings) -> str:
    """Images that a cache fetched by digest have no tag, and are no older for that."""
    count = chosen.keep_images or settings.keep_images
    hosts = {UPSTREAMS[upstream].host for upstream in settings.mirrors or ()}
    if path.partition("/")[0] in hosts:
        return keep_newest(count)
    return keep_newest_and_tagged(count, settings.untagged_days)
