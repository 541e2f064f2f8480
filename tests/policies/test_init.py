"""A stack file of `init` with filled placeholders breaks no blocking rule, in any project."""

from pathlib import Path

import pytest

from gpu_cluster.config.stack import Stack
from gpu_cluster.plan import planned
from gpu_cluster_policies.evaluate import evaluate_plan
from gpu_cluster_policies.reports import Evaluation
from gpu_cluster_policies.settings import policy_settings
from gpu_cluster_tools.scaffold.init_options import InitOptions
from gpu_cluster_tools.scaffold.policy_settings import allow
from gpu_cluster_tools.scaffold.stack_file import example, stack_file
from gpu_cluster_tools.scaffold.wanted_model import WantedModel

SMALL = WantedModel("Qwen/Qwen2.5-7B-Instruct")
LARGE = WantedModel("meta-llama/Llama-3.1-70B-Instruct")
THREE = ("us-east-2a", "us-east-2b", "us-east-2c")

OPTIONS = {
    "eks": InitOptions(name="lab", provider="eks", region="eu-central-1", model=SMALL, team="vision"),
    "eks-large-model": InitOptions(name="lab", provider="eks", region="us-west-2", gpu="H100", model=LARGE),
    "eks-no-model": InitOptions(name="lab", provider="eks", region="ap-northeast-1", gpu="L40S"),
    "eks-budget": InitOptions(name="lab", provider="eks", region="us-east-2", gpu="L4", budget=20_000),
    "eks-production": InitOptions(
        name="prod",
        provider="eks",
        region="us-east-2",
        production=True,
        model=SMALL,
        nodes=(2, 4),
        budget=40_000,
        zones=THREE,
        team="vision",
    ),
    "eks-production-by-key": InitOptions(
        name="main", provider="eks", region="us-west-2", production=True, model=SMALL, nodes=(2, 4)
    ),
    "existing": InitOptions(name="site", provider="existing", gpu="H100", model=LARGE, nodes=(2, 2)),
    "existing-production": InitOptions(
        name="site-prod", provider="existing", gpu="H100", production=True, model=LARGE, nodes=(2, 2)
    ),
    "existing-unknown-model": InitOptions(
        name="site", provider="existing", gpu="L4", gpus=1, model=WantedModel("someone/new")
    ),
    "local": InitOptions(name="laptop", provider="local", gpu="L4", model=SMALL, team="vision"),
}


def judged_in(project: Path, options: InitOptions, stack: Stack) -> Evaluation:
    (project / "stacks").mkdir()
    (project / f"stacks/Pulumi.{options.name}.yaml").write_text(stack_file(options))  # for finding lines
    return evaluate_plan(planned(stack, options.name), project)


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_new_stack_breaks_no_blocking_rule(options: InitOptions, tmp_path: Path) -> None:
    stack = example(options)
    allow(tmp_path, options.name, stack)

    judged = judged_in(tmp_path, options, stack)

    assert [str(it.finding) for it in judged.findings if it.stops] == []
    assert judged.pack.production is options.production


def test_stack_missing_in_policy_settings_has_one_finding(tmp_path: Path) -> None:
    options = OPTIONS["eks-no-model"]

    judged = judged_in(tmp_path, options, example(options))

    assert [it.finding.brief for it in judged.findings if it.stops] == [
        'pulumi:providers:aws platform-aws: region is "ap-northeast-1", and no environment of '
        f"policies/settings.yaml names stack {options.name}, should be a region of an environment"
    ]


def test_new_settings_entry_keeps_comments_and_other_entries(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    file = tmp_path / "policies/settings.yaml"
    file.write_text("# ours\nmodelStores:\n  - Qwen/* # reviewed\nenvironments: {}\n")
    options = OPTIONS["eks"]
    stack = example(options)

    added = allow(tmp_path, options.name, stack)

    assert added == ["environment lab: 1 GPU, g6.xlarge, m7i.xlarge, eu-central-1"]
    assert "# ours\nmodelStores:\n  - Qwen/* # reviewed\n" in file.read_text()
    assert policy_settings(tmp_path).environments["lab"].stacks == ("lab", "lab-*")
    assert allow(tmp_path, options.name, stack) == []


def test_new_model_store_is_added_before_the_next_comment(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    file = tmp_path / "policies/settings.yaml"
    file.write_text("modelStores:\n  - Qwen/Qwen3-8B # reviewed\n\n# Services.\nexposedServices: []\n")

    allow(tmp_path, "site", example(OPTIONS["existing"]))

    assert file.read_text() == (
        f"modelStores:\n  - Qwen/Qwen3-8B # reviewed\n  - {LARGE.name}\n\n# Services.\nexposedServices: []\n"
    )
