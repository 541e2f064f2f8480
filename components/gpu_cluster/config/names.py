"""Kubernetes names."""

from typing import Annotated

from gpu_cluster.config.pattern import Pattern

Name = Annotated[
    str,
    Pattern(
        r"[a-z]([-a-z0-9]{0,38}[a-z0-9])?",
        "at most 40 lower-case letters, digits and dashes, starting with a letter and not ending with a dash",
    ),
]
"""DNS label, short enough for the suffixes of child resources."""

Namespace = Annotated[
    str,
    Pattern(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", "a namespace: lower-case letters, digits and dashes"),
]
"""Existing namespace."""

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
"""External name, such as a model or a kubeconfig context."""
