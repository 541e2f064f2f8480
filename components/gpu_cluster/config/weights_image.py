"""Weights of a model in an OCI image, which Kubernetes mounts read only."""

from typing import Annotated, Any, cast

from pydantic import BeforeValidator

from gpu_cluster.config.containers import ImageReference, MountPath
from gpu_cluster.config.section import Settings


class WeightsImage(Settings):
    """An image whose files are the weights; it is mounted and not run."""

    image: ImageReference
    """Image with the weights, best with a digest; its name alone is short for it."""

    folder: MountPath | None = None
    """Folder of the image that the model is in, such as /models. Default: none, its top folder."""


def _weights_image(given: Any) -> object:
    if isinstance(given, str):
        return {"image": given}
    if isinstance(given, dict | WeightsImage):
        return cast(object, given)
    raise ValueError("expected the name of an image, or image and folder")


WeightsImageSettings = Annotated[
    WeightsImage, BeforeValidator(_weights_image, json_schema_input_type=str | WeightsImage)
]
