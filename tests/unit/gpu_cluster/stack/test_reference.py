from gpu_cluster.stack.reference import reference_text


def rows() -> dict[str, list[str]]:
    """Cells by key; keys are unique but for those that every kind of storage class has."""
    lines = [line for line in reference_text().splitlines() if line.startswith("| `")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {key.strip("`"): rest for key, *rest in cells}


def test_a_key_tells_value_default_and_meaning() -> None:
    assert rows()["<name>.reclaim"] == [
        "retain or delete",
        "retain",
        "Reclaim policy of volumes when the claim is deleted.",
    ]
    assert rows()["<name>.nodes.max"][:2] == ["whole number, at least 1, at most 5000", "required"]


def test_every_key_is_required_or_has_a_default_and_a_meaning() -> None:
    incomplete = [key for key, cells in rows().items() if "" in cells]
    assert incomplete == []
    assert len(rows()) > 45
