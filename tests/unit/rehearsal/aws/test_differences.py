from rehearsal.aws.differences import differences, keep_words


def test_order_and_the_form_of_json_make_no_difference() -> None:
    old = {"ids": ["a", "b"], "policy": '{"A": ["x", "y"]}', "text": '{"A": 1}'}
    new = {"ids": ["b", "a"], "policy": '{ "A":["y","x"] }', "text": '{"A":1}'}

    assert differences(old, new, documents={"policy"}) == ["text"]


def test_what_comes_and_goes_differs() -> None:
    assert differences({"gone": 1, "kept": 2}, {"kept": 2, "new": 3}, documents=()) == ["gone", "new"]


def test_what_was_found_keeps_the_words_that_were_given() -> None:
    given = {"policy": '{"A":1}', "rules": [{"id": "x"}], "tags": {"a": "1"}, "size": 1}
    found = {"policy": '{ "A": 1 }', "rules": [{"id": "x", "status": "On"}], "size": 2, "arn": "arn"}

    assert keep_words(found, given, documents={"policy"}) == {
        "policy": '{"A":1}',
        "rules": [{"id": "x"}],
        "size": 2,
        "arn": "arn",
    }


def test_a_tag_that_was_added_is_seen() -> None:
    found = {"tags": {"a": "1", "b": "2"}}

    assert keep_words(found, {"tags": {"a": "1"}}, documents=()) == found
