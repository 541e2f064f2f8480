import re
from dataclasses import replace

from gpu_cluster_policies.markup import LIMIT
from gpu_cluster_tools.review.changes import Action, ResourceChange
from gpu_cluster_tools.review.comment import MARKER, comment
from gpu_cluster_tools.review.property_diff import PropertyDiff
from gpu_cluster_tools.review.review import (
    CostChange,
    CostLine,
    DurationChange,
    Reason,
    Review,
    ReviewFinding,
    Spending,
    Verdict,
)
from tests.unit.gpu_cluster_policies.markup.test_markdown import HOSTILE

FINE = Review("dev", Verdict.FINE, ())
BLOCKED = Review(
    "prod",
    Verdict.BLOCKED,
    (Reason(True, "rule 83-no-spot: pool l4 is spot"), Reason(False, "deletes Service a")),
    changes=(
        ResourceChange(Action.CREATE, "kubernetes:core/v1:Service", "b"),
        ResourceChange(
            Action.REPLACE,
            "aws:ec2/subnet:Subnet",
            "private-a",
            (PropertyDiff("cidrBlock", '"10.0.0.0/24"', '"10.0.0.0/25"'),),
            ("cidrBlock",),
        ),
        ResourceChange(Action.DELETE, "aws:s3/bucket:Bucket", "models", retained=True),
    ),
    found=(
        ReviewFinding(
            "83-no-spot",
            stops=True,
            new=True,
            what="pool l4 is spot",
            where="stacks/Pulumi.prod.yaml:12 gpu-cluster:pools.l4.capacity",
            why="It may go at any time.",
            fix="capacity: on-demand",
        ),
    ),
    fixed=("pool h100 is open",),
    waived=2,
    cost=CostChange(
        Spending(900, 1000),
        Spending(1900, 3000),
        (CostLine("l4", Spending(900, 1000), Spending(1900, 3000)), CostLine("h100", None, Spending(5, 5))),
    ),
    time=DurationChange(27.4, 31.0, (("Cluster platform-cluster", 10.0), ("NodeGroup l4", 2.5))),
)


def test_comment_begins_with_its_marker() -> None:
    assert comment([]).startswith(f"{MARKER}\n")


def test_comment_states_that_no_stack_is_affected() -> None:
    assert "no stack is affected" in comment([])


def test_each_stack_is_a_row_of_the_summary_table() -> None:
    shown = comment([BLOCKED, FINE])

    assert "### gpu-cluster: 1 blocked, 1 fine" in shown
    assert (
        "| <code>prod</code> | ⛔ blocked | rule 83-no-spot: pool l4 is spot | 1 replace, 1 delete, 1 create "
        "| &#36;3,000 (+&#36;2,000) | 31 min (+4) |"
    ) in shown.replace("$", "&#36;")
    assert "| <code>dev</code> | ✅ fine |  | no change |  |  |" in shown


def test_stack_without_news_has_only_its_summary_row() -> None:
    as_before = (
        replace(BLOCKED.found[0], stops=False, new=False),
        CostChange(Spending(1, 2), Spending(1, 2), ()),
        DurationChange(27.4, 27.4, ()),
    )
    found, cost, time = as_before
    same = replace(FINE, found=(found,), waived=2, cost=cost, time=time)

    assert "| <code>dev</code> | ✅ fine |  | no change | $2 | 27 min |" in comment([same])
    assert "####" not in comment([same])
    for news in ({"found": (replace(found, new=True),)}, {"fixed": ("it",)}, {"missing": ("cost",)}):
        assert "#### <code>dev</code>: fine" in comment([replace(same, **news)])


def test_details_of_a_stack_are_folded_under_its_verdict() -> None:
    shown = comment([BLOCKED])

    assert "- **blocks**: rule 83-no-spot: pool l4 is spot\n- deletes Service a\n" in shown
    assert re.findall("<summary>(.*)</summary>", shown) == [
        "Plan: 1 replace, 1 delete, 1 create",
        "Policies: 1 new, 1 fixed, 2 waived",
        "Cost: $3,000 (+$2,000) a month at most",
        "Time: from create to ready in 31 min (+4)",
    ]


def test_replacement_is_first_and_names_the_forcing_property() -> None:
    plan = comment([BLOCKED]).partition("```diff\n")[2].partition("```")[0]

    assert plan == (
        "! replace Subnet private-a, for cidrBlock\n"
        '!     cidrBlock: "10.0.0.0/24" -> "10.0.0.0/25"\n'
        "- delete Bucket models, which is kept\n"
        "+ create Service b\n"
    )


def test_finding_has_location_reason_and_fix() -> None:
    shown = comment([BLOCKED])

    assert "- <code>83-no-spot</code> stops\n  - new: pool l4 is spot<br>" in shown
    assert "where: <code>stacks/Pulumi.prod.yaml:12 gpu-cluster:pools.l4.capacity</code>" in shown
    assert "why: It may go at any time." in shown
    assert "fix: capacity: on-demand" in shown


def test_cost_by_part_is_a_table() -> None:
    shown = comment([BLOCKED])

    assert "| all | 900 to 1,000 | 1,900 to 3,000 | +2,000 |" in shown
    assert "| h100 |  | 5 | +5 |" in shown


def test_incomplete_cost_says_at_least_and_lists_missing_prices() -> None:
    missing = ("no price for KMS keys in eu-central-1 (7 resources)",)
    cost = CostChange(Spending(90, 110), Spending(90, 110), (), missing)
    said = comment([Review("lab", Verdict.FINE, (), cost=cost)])

    assert "at least $110" in said
    assert "- no price for KMS keys in eu-central-1 (7 resources)" in said


def test_stack_file_error_is_shown_verbatim() -> None:
    problem = "stacks/Pulumi.prod.yaml:8 gpu-cluster:pools.h100: needs *two* numbers"
    shown = comment([Review("prod", Verdict.BLOCKED, (Reason(True, "wrong"),), problems=(problem,))])

    assert f"```\n{problem}\n```" in shown


def test_markup_in_any_text_is_escaped() -> None:
    for words in HOSTILE:
        hostile = replace(
            BLOCKED,
            stack=words,
            reasons=(Reason(True, words),),
            problems=(words,),
            changes=(
                ResourceChange(Action.UPDATE, words, words, (PropertyDiff(words, words, words),), (words,)),
            ),
            found=(ReviewFinding(words, True, True, words, words, words, words),),
            fixed=(words,),
            cost=CostChange(None, Spending(1, 1), (CostLine(words, None, None),)),
            time=DurationChange(None, 1.0, ((words, 1.0),)),
            missing=(words,),
        )
        shown = comment([hostile])
        outside = "".join(re.split(r"(?ms)^(`{3,})\w*\n.*?^\1$", shown)[::2])

        assert outside.count("<!--") == 1
        assert set(re.findall(r"</?([a-z!]+)", outside)) <= {"code", "details", "summary", "br", "sub", "!"}
        assert not re.search(r"@\w|(?<!&)#\d|\]\(|://", outside)
        assert outside.count("<details>") == outside.count("</details>") == 5
        assert all(row.count("|") == 7 for row in outside.splitlines() if row.startswith("| <code>"))


def test_long_comment_is_shortened_to_the_limit() -> None:
    many = tuple(
        ResourceChange(
            Action.UPDATE,
            "kubernetes:apps/v1:Deployment",
            f"model-{number}",
            (PropertyDiff("spec", "1", "2" * 90),),
        )
        for number in range(3_000)
    )
    shown = comment([replace(BLOCKED, changes=many), replace(BLOCKED, stack="staging", changes=many)])

    assert LIMIT - 500 < len(shown) <= LIMIT
    assert shown.count("more lines") == 2
    assert "### gpu-cluster: 2 blocked" in shown
    assert "gpu-cluster review --against main" in shown


def test_findings_of_one_rule_are_grouped() -> None:
    everywhere = tuple(replace(BLOCKED.found[0], what=f"pool {number} is spot") for number in range(40))
    shown = comment([replace(BLOCKED, found=everywhere)])

    assert shown.count("<code>83-no-spot</code>") == shown.count("why: It may go at any time.") == 1
    assert "- and 28 more" in shown
