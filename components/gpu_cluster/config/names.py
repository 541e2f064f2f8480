"""Names that Kubernetes accepts."""

from typing import Annotated

from gpu_cluster.config.pattern import Pattern

Name = Annotated[
    str,
    Pattern(
        r"[a-z]([-a-z0-9]{0,38}[a-z0-9])?",
        "lower-case letters, digits and dashes, at most 40, with a letter first and no dash last",
    ),
]
"""A DNS label that leaves room for the suffixes of children."""

Namespace = Annotated[
    str,
    Pattern(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", "a namespace: lower-case letters, digits and dashes"),
]
"""A namespace that something else made."""

LabelKey = Annotated[
    str,
    Pattern(
        r"([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?",
        "a label key such as team or topology.kubernetes.io/zone",
    ),
]

LabelValue = Annotated[
    str,
    Pattern(
        r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?",
        "a label value: at most 63 letters, digits, dashes, dots and underscores",
    ),
]

NonBlank = Annotated[str, Pattern(r"\S+", "text without spaces")]
"""A name of someone else's, such as a model or a kubeconfig context."""
