from collections.abc import Callable

import pytest

from gpu_cluster_policies.resources.property import UNKNOWN, NotKnownError, Property, keys_of

READINGS: list[Callable[[Property], object]] = [
    lambda field: field.value,
    lambda field: field.text,
    lambda field: field.whole,
    lambda field: field.shown,
    lambda field: field.at("below"),
    lambda field: list(field.items()),
    lambda field: list(field.entries()),
    lambda field: field.texts(),
]


def _field(content: object) -> Property:
    return Property("Pod team/work", "", content)


def test_property_has_its_value_and_path() -> None:
    manifest = {"spec": {"containers": [{"image": "busybox"}, {"image": "nginx"}]}}

    images = [container.at("image") for container in _field(manifest).at("spec", "containers").items()]

    assert [(image.path, image.value) for image in images] == [
        ("spec.containers[0].image", "busybox"),
        ("spec.containers[1].image", "nginx"),
    ]


@pytest.mark.parametrize("content", [None, {}, {"spec": None}, {"spec": "text"}, {"spec": ["item"]}])
def test_missing_property_is_not_set(content: object) -> None:
    field = _field(content).at("spec", "hostNetwork")

    assert field.value is None
    assert field.shown == "not set"
    assert list(field.items()) == []
    assert list(field.entries()) == []


def test_keys_with_special_characters_are_quoted_in_paths() -> None:
    field = _field({}).at("metadata", "labels", "nvidia.com/gpu.present")

    assert field.path == 'metadata.labels["nvidia.com/gpu.present"]'


@pytest.mark.parametrize("read", READINGS)
def test_every_read_of_an_unknown_value_raises_not_known_error(read: Callable[[Property], object]) -> None:
    field = _field({"spec": UNKNOWN}).at("spec")

    with pytest.raises(NotKnownError) as caught:
        read(field)

    assert caught.value.field.path == "spec"


def test_unknown_value_does_not_hide_its_siblings() -> None:
    field = _field({"image": UNKNOWN, "name": "work"})

    assert field.at("name").value == "work"
    assert field.shown == '{"image": "(unknown)", "name": "work"}'


@pytest.mark.parametrize(
    ("given", "whole"), [(2, 2), (2.0, 2), (2.5, None), (True, None), ("2", None), (None, None)]
)
def test_whole_is_an_integer_or_none(given: object, whole: int | None) -> None:
    assert _field(given).whole == whole


def test_long_values_are_truncated() -> None:
    shown = _field("x" * 500).shown

    assert len(shown) == 160
    assert shown.endswith("…")


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("", ()),
        ("spec.containers[0].image", ("spec", "containers", 0, "image")),
        ('metadata.labels["a.example.com/b"]', ("metadata", "labels", "a.example.com/b")),
        ('hard["requests.nvidia.com/gpu"].x', ("hard", "requests.nvidia.com/gpu", "x")),
    ],
)
def test_keys_of_parses_a_path(path: str, keys: tuple[str | int, ...]) -> None:
    assert keys_of(path) == keys
