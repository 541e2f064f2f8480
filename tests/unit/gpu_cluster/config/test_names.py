import pytest
from pydantic import TypeAdapter, ValidationError

from gpu_cluster.config.names import LabelKey, LabelValue, Name, Namespace, NonBlank
from gpu_cluster.config.registry import Mirror

NAME: TypeAdapter[str] = TypeAdapter(Name)
NAMESPACE: TypeAdapter[str] = TypeAdapter(Namespace)
KEY: TypeAdapter[str] = TypeAdapter(LabelKey)
VALUE: TypeAdapter[str] = TypeAdapter(LabelValue)
WORD: TypeAdapter[str] = TypeAdapter(NonBlank)
MIRROR: TypeAdapter[str] = TypeAdapter(Mirror)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (NAME, "a"),
        (NAME, "l4-shared"),
        (NAME, "a" * 40),
        (NAMESPACE, "7-eleven"),
        (NAMESPACE, "a" * 63),
        (KEY, "team"),
        (KEY, "topology.kubernetes.io/zone"),
        (VALUE, ""),
        (VALUE, "A_b.c-9"),
        (WORD, "org/model-1.0"),
        (MIRROR, "harbor"),
        (MIRROR, "10.0.0.1:5000/a/b"),
    ],
)
def test_valid_name_is_accepted(kind: TypeAdapter[str], text: str) -> None:
    assert kind.validate_python(text) == text


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (NAME, ""),
        (NAME, "4l"),
        (NAME, "a-"),
        (NAME, "A"),
        (NAME, "a\n"),
        (NAME, "a" * 41),
        (NAMESPACE, "a" * 64),
        (KEY, "a/b/c"),
        (KEY, "/b"),
        (KEY, "-a"),
        (VALUE, "a b"),
        (VALUE, "a" * 64),
        (WORD, "two words"),
        (WORD, ""),
        (MIRROR, "https://harbor"),
        (MIRROR, "harbor/"),
        (MIRROR, "harbor:port"),
        (MIRROR, "Harbor"),
    ],
)
def test_invalid_name_is_rejected(kind: TypeAdapter[str], text: str) -> None:
    with pytest.raises(ValidationError, match="expected"):
        kind.validate_python(text)


def test_namespace_schema_has_the_pattern() -> None:
    assert NAMESPACE.json_schema() == {"type": "string", "pattern": "^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)$"}
