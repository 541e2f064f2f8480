from pathlib import Path

from rehearsal.aws.reference import with_table

PAGE = Path(__file__).parents[4] / "docs" / "aws-emulation.md"


def test_the_page_is_what_the_code_says() -> None:
    assert with_table(PAGE.read_text()) == PAGE.read_text(), "run `make docs`"


def test_a_row_says_what_replaces() -> None:
    row = next(line for line in with_table("").splitlines() if "aws:ec2/subnet:Subnet" in line)

    _, _, created, kept, replacing, _ = row.split("|")
    assert created.strip() == "`ec2:CreateSubnet`"
    assert "mapPublicIpOnLaunch" in kept
    assert "cidrBlock" in replacing
