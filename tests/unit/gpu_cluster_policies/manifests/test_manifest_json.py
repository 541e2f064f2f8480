"""JSON manifests with several values in one file."""

import pytest

from gpu_cluster.stack.document import UnreadableFileError
from gpu_cluster_policies.manifests.manifest_json import NotJsonError, json_documents
from gpu_cluster_policies.manifests.manifest_text import documents_in


@pytest.mark.parametrize("between", ["", "\n", "\n---\n", " --- \r\n---\n"])
def test_consecutive_json_values_are_separate_documents(between: str) -> None:
    documents = json_documents(f'{{"a": 1}}{between}{{"b": 2}}{between}')

    assert [document.data for document in documents] == [{"a": 1}, {"b": 2}]
    assert documents[1].start == 1 + between.count("\n")


def test_every_json_key_and_item_has_its_line() -> None:
    [document] = json_documents('\n{\n\t"a": [\n1,\n{"b":\n2}\n],\n"c": "]\\n}"\n,"d": {}}')
    lines = {
        (): 2,
        ("a",): 3,
        ("a", 0): 4,
        ("a", 1): 5,
        ("a", 1, "b"): 5,
        ("a", 2): 3,
        ("c",): 8,
        ("c", "x"): 8,
        ("d",): 9,
        ("d", "x"): 9,
    }

    assert {keys: document.line(keys) for keys in lines} == lines


def test_unpaired_surrogate_is_replaced() -> None:
    [document] = json_documents(r'{"a": "\ud83d\ude00", "b": "\ud800x", "\udc00": ["\udc00"]}')

    assert document.data == {"a": "😀", "b": "�x", "�": ["�"]}


@pytest.mark.parametrize("text", ['{"a": 1, "a": 2}', '{"a": NaN}', "{a: 1}", '{"a": 1} b', '{"a": 1'])
def test_invalid_json_raises_not_json_error(text: str) -> None:
    with pytest.raises(NotJsonError):
        json_documents(text)


def test_duplicate_json_key_is_reported_with_its_line() -> None:
    [document] = documents_in('{\n\t"a": 1,\n\t"a": 2\n}')

    [diagnostic] = document.diagnostics
    assert (diagnostic.message, diagnostic.line) == ("given twice, first on line 2", 3)


def test_deeply_nested_json_is_rejected() -> None:
    with pytest.raises(UnreadableFileError) as raised:
        documents_in("[" * 100_000)

    assert raised.value.message.startswith("nested too deeply")
