from rehearsal.aws.wire import UNKNOWN, has_unknown, pack, secrets_in, unpack


def test_properties_come_back_as_they_were() -> None:
    properties = {"port": 443, "share": 0.5, "on": True, "names": ["a"], "nested": {"deep": [1]}}

    assert unpack(pack(properties)) == properties
    assert type(unpack(pack(properties))["port"]) is int


def test_secrets_are_marked_on_the_wire_and_open_here() -> None:
    bag = pack({"tags": {"a": "hidden"}, "name": "seen"}, secrets={"tags"})

    assert unpack(bag) == {"tags": {"a": "hidden"}, "name": "seen"}
    assert secrets_in(bag) == {"tags", "tagsAll"}


def test_an_unknown_is_found_at_any_depth() -> None:
    assert has_unknown({"a": [{"b": UNKNOWN}]})
    assert not has_unknown({"a": [{"b": "known"}]})
