import json

import pytest
from typer.testing import CliRunner, Result

from gpu_cluster_tools.cli.app import app


def gpus(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["gpus", *arguments])


def test_row_shows_hardware_and_price_of_an_instance_type() -> None:
    head, large, _ = gpus("--gpu", "h100", "--sort", "gpus").stdout.splitlines()

    assert head.split()[:2] == ["TYPE", "GPUS"]
    assert " ".join(large.split()) == (
        "p5.48xlarge 8 x H100 79.6 GiB 192 2048 GiB 32 30400 GB 55.040 6.880 13 "
        "1g.10gb 1g.20gb 2g.20gb 3g.40gb 4g.40gb 7g.80gb"
    )


def test_each_group_has_its_own_table() -> None:
    tables = gpus("--gpu", "L4", "--group-by", "family").stdout.split("\n\n")

    assert [table.splitlines()[0] for table in tables] == ["g6", "g6f", "gr6", "gr6f"]


def test_region_without_a_price_shows_none() -> None:
    found = json.loads(gpus("--gpu", "H200", "--region", "us-east-2", "--json").stdout)

    assert [(it["instance"], it["hourlyUsd"]) for it in found] == [
        ("p5e.48xlarge", None),
        ("p5en.48xlarge", 63.296),
    ]
    assert "us-east-2" in found[0]["regions"]


def test_message_if_no_instance_type_matches() -> None:
    assert gpus("--gpu", "T4", "--mig").stdout == "no instance type matches all filters\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--gpu", "H10"], "unknown 'H10', did you mean 'H100'?"),
        (["--region", "us-east"], "unknown 'us-east', did you mean 'us-east-"),
        (["--region", ""], "unknown ''"),
        (["--sort", "prize"], "unknown 'prize', did you mean 'price'?"),
        (["--group-by", "size"], "unknown 'size', expected gpu or family"),
        (["--min-memory", "much"], "expected a Kubernetes quantity"),
        (["--min-memory", "40"], "expected a size with a unit, such as 40Gi, got '40'"),
        (["--gpu", "rtx6000ada"], "unknown 'rtx6000ada', expected T4, A10G"),
        (["--max-price", "-1"], "should be greater than or equal to 0"),
        (["--gpus", "H100"], "No such option"),
    ],
)
def test_misspelt_value_gets_a_suggestion(arguments: list[str], message: str) -> None:
    result = gpus(*arguments)
    words = " ".join(result.output.replace("│", " ").split())

    assert result.exit_code == 2
    assert message in words
    assert "Traceback" not in result.output
