"""Origin of a resource: a component of the platform, or an object that users add in their stack file."""

_COMPONENTS = "gpu-cluster:index:"
_EXTRAS = "gpu-cluster:index:Extras$"


def is_extra(urn: str) -> bool:
    """Whether the component that creates extras is its parent."""
    return _EXTRAS in urn


def is_of_platform(urn: str) -> bool:
    """Whether a component of the platform creates it, with its own properties."""
    return _COMPONENTS in urn and not is_extra(urn)
