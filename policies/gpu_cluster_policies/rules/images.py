"""Rules for images: allowed registries, tags and digests."""

import re
from collections.abc import Collection, Iterator

from gpu_cluster_policies.resources.property import Property
from gpu_cluster_policies.resources.resource import images
from gpu_cluster_policies.rule import Level, Rule, Violation, rule

_DIGEST = re.compile(r"@sha256:[0-9a-f]{64}$")


@rule(
    59,
    "no-latest-tag",
    "Images have a tag other than latest",
    of=images,
    level=Level.MANDATORY,
    references="CKV_K8S_14; KSV-0013; kyverno disallow-latest-tag; gatekeeper disallowedtags",
    fix="use a release tag or a digest",
)
def no_latest_tag(image: Property) -> Iterator[Violation]:
    """With `latest`, replicas of one manifest can run different programs, and a rollback may have no
    effect."""
    if "@" in image.text:
        return
    _, _, tag = image.text.rpartition("/")[2].partition(":")
    if tag in ("", "latest"):
        yield Violation(image, "an image with a release tag or a digest")


@rule(
    60,
    "digest-pinned",
    "Images are pinned to a digest",
    of=images,
    level=Level.PRODUCTION,
    references="CKV_K8S_43; C-0306; gatekeeper imagedigests; kyverno",
    fix="append the digest of the release: image:tag@sha256:…",
)
def digest_pinned(image: Property) -> Iterator[Violation]:
    """A tag can be moved to another image after it was reviewed; a digest cannot."""
    if not _DIGEST.search(image.text):
        yield Violation(image, "an image that ends in @sha256: and 64 hexadecimal digits")


def allowed_registry(registries: Collection[str]) -> Rule:
    """Rule for these registries, with or without a path, such as `harbor.example.com/mirror`."""
    prefixes = tuple(f"{registry.rstrip('/')}/" for registry in registries)
    allowed = ", ".join(sorted(registries))

    @rule(
        61,
        "allowed-registry",
        "Images come from allowed registries",
        of=images,
        level=Level.MANDATORY,
        references="KSV-0035; KSV-0125; CIS 5.1.4; C-0078; kyverno restrict-image-registries; "
        "gatekeeper allowedrepos",
        fix="pull it through gpu-cluster:registry.mirror, or allow its registry in policies/settings.yaml",
    )
    def judge(image: Property) -> Iterator[Violation]:
        """Any user can publish an image on a public registry; only these registries contain reviewed
        images."""
        if not _qualified(image.text).startswith(prefixes):
            yield Violation(image, f"an image from one of {allowed}")

    return judge


def _qualified(image: str) -> str:
    """Image with its registry, docker.io by default."""
    host, slash, _ = image.partition("/")
    if slash and ("." in host or ":" in host or host == "localhost"):
        return image
    return f"docker.io/{image}" if slash else f"docker.io/library/{image}"
