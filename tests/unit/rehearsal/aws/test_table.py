"""What every entry of the table must hold to."""

import pytest

from rehearsal.aws.kind import Kind
from rehearsal.aws.services import kinds

each_kind = pytest.mark.parametrize("kind", kinds().values(), ids=list(kinds()))


@each_kind
def test_it_names_properties_that_the_sdk_has(kind: Kind) -> None:
    named = {*kind.renames, *kind.setters, *kind.shaped, *kind.references, *kind.documents, *kind.defaults}
    named |= {*kind.bounds, *kind.takers, *kind.secrets}

    assert named - kind.properties.inputs.keys() == set()
    assert (kind.puts or frozenset[str]()) <= kind.properties.inputs.keys()


@each_kind
def test_it_renames_to_parameters_that_the_operation_has(kind: Kind) -> None:
    unknown = {name for name in kind.renames if name not in kind.setters and not kind.parameter(name)}

    assert unknown == set()


@each_kind
def test_every_required_property_has_an_effect(kind: Kind) -> None:
    assert {name for name in kind.properties.required if not kind.is_emulated(name)} == set()


@each_kind
def test_tags_can_change_where_there_are_tags(kind: Kind) -> None:
    assert ("tags" in kind.properties.inputs) == kind.updatable("tags")
