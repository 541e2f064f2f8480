from gpu_cluster.stack.reference import reference_text


def rows() -> dict[str, list[str]]:
    """Cells by key; only the keys common to all kinds of storage class repeat."""
    lines = [line for line in reference_text().splitlines() if line.startswith("| `")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {key.strip("`"): rest for key, *rest in cells}


def test_reference_row_has_value_default_and_meaning() -> None:
    assert rows()["<name>.reclaim"] == [
        "retain or delete",
        "retain",
        "Reclaim policy of volumes when the claim is deleted.",
    ]
    assert rows()["<name>.nodes.max"][:2] == ["whole number, at least 1, at most 5000", "required"]


def test_every_reference_row_is_complete() -> None:
    incomplete = [key for key, cells in rows().items() if "" in cells]
    assert incomplete == []
    assert len(rows()) > 45
