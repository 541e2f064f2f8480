"""Options of a new stack: a valid file, or an error that names the option."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend

from gpu_cluster.catalog import GPUS, INSTANCES, MODELS, PRICED_REGIONS, REGIONS
from gpu_cluster.stack import LocatedDiagnostic, StackFileError, load
from gpu_cluster_tools.scaffold.init_options import InitOptions, InitOptionsError
from gpu_cluster_tools.scaffold.stack_file import BLANK, example, stack_file
from gpu_cluster_tools.scaffold.wanted_model import WantedModel

SPANS = st.tuples(st.integers(1, 3), st.integers(0, 4)).map(lambda it: (it[0], it[0] + it[1]))

OPTIONS = st.builds(
    InitOptions,
    name=st.sampled_from(["lab", "prod-2"]),
    provider=st.sampled_from(["local", "eks"]),
    region=st.sampled_from([*PRICED_REGIONS]),
    account=st.sampled_from([None, "123456789012"]),
    gpu=st.sampled_from([None, *GPUS]),
    nodes=SPANS,
    model=st.sampled_from([None, *map(WantedModel, ["someone/new-model", *MODELS])]),
    budget=st.sampled_from([None, 5000]),
    notify=st.sampled_from([None, "ops@example.com"]),
    team=st.sampled_from([None, "vision", "null"]),
)

ON_SITE = st.builds(
    InitOptions,
    name=st.just("site"),
    provider=st.just("existing"),
    kubeconfig=st.sampled_from(["~/.kube/config", "a folder/config"]),
    gpu=st.sampled_from([*GPUS]),
    gpus=st.sampled_from([1, 4, 8]),
    nodes=SPANS,
    model=st.sampled_from([None, *map(WantedModel, ["someone/new-model", "Qwen/Qwen2.5-0.5B-Instruct"])]),
    team=st.sampled_from([None, "vision"]),
)


@given(init=st.one_of(OPTIONS, ON_SITE))
@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow])
def test_file_is_valid_after_placeholders_are_filled(init: InitOptions) -> None:
    try:
        text = stack_file(init)
    except InitOptionsError:
        return  # checked in the next test
    stack = example(init)
    assert stack.cluster.provider == init.provider
    assert len(stack.serving.models) == (init.model is not None)
    assert f"# Replace every {BLANK}" in text


@given(init=st.one_of(OPTIONS, ON_SITE))
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_placeholders_are_the_only_errors_of_a_new_file(
    init: InitOptions, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("draft") / "Pulumi.lab.yaml"
    try:
        file.write_text(stack_file(init))
    except InitOptionsError:
        return
    assert [str(it) for it in problems(file) if "unfilled placeholder" not in it.message] == []


def problems(file: Path) -> tuple[LocatedDiagnostic, ...]:
    try:
        load(file)
    except StackFileError as error:
        return error.problems
    return ()


@pytest.mark.parametrize("provider", ["local", "eks", "existing"])
def test_model_of_unknown_size_requires_a_gpu_option(provider: str) -> None:
    init = InitOptions(
        name="lab", provider=provider, region="us-east-2", model=WantedModel("Qwen/Qwen3-32b-FP8x")
    )
    with pytest.raises(
        InitOptionsError, match=r"size of Qwen/Qwen3-32b-FP8x is unknown, did you mean 'Qwen/Qwen3-32B-FP8'"
    ):
        stack_file(init)
    assert "model: someone/new-model" in stack_file(
        InitOptions(
            name="lab",
            provider=provider,
            region="us-east-2",
            gpu="L4",
            model=WantedModel("someone/new-model"),
        )
    )


def test_model_that_needs_a_later_vllm_gets_its_version() -> None:
    wanted = WantedModel("nvidia/NVIDIA-Nemotron-3.5-Lightning-30B-A3B-NVFP4")
    init = InitOptions(name="lab", provider="local", gpu="H100", model=wanted)
    assert example(init).serving.models["chat"].version == "v0.27.1"


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("Qwen/Qwen3.8-2.4T-A95B-FP8", "needs a nightly build of vLLM"),
        ("Qwen/Qwen-Image", "expected engine custom and an image with it"),
        ("openbmb/MiniCPM-2B-128k", "expected args: {trust-remote-code: true}, and a revision"),
    ],
)
def test_unsupported_model_is_rejected(model: str, words: str) -> None:
    init = InitOptions(name="lab", provider="local", gpu="H100", model=WantedModel(model))
    with pytest.raises(InitOptionsError, match=words):
        stack_file(init)


def test_cheapest_instance_type_that_holds_the_model_is_chosen() -> None:
    def machine(model: str | None, gpu: str | None = None) -> str:
        wanted = WantedModel(model) if model else None
        init = InitOptions(name="lab", provider="eks", region="us-east-2", model=wanted, gpu=gpu)
        assert init.machine
        return init.machine.name

    assert machine(None) == "g4dn.xlarge"
    assert machine(None, "L4") == "g6.xlarge"
    assert machine("meta-llama/Llama-3.1-8B-Instruct") == "g6.xlarge"
    large = INSTANCES[machine("meta-llama/Llama-3.1-70B-Instruct")]
    assert large.gpu
    assert large.gpus * large.gpu.memory_mib > 141 * 1000


@pytest.mark.parametrize(
    ("init", "words"),
    [
        (InitOptions(name="a", provider="local", gpu="H10"), "unknown GPU 'H10', did you mean 'H100'?"),
        (InitOptions(name="a", provider="local", instance="g6.xlarg"), "did you mean 'g6.xlarge'?"),
        (InitOptions(name="a", provider="eks", region="eu-west-1", gpu="L40S"), "with L40S in eu-west-1"),
        (
            InitOptions(name="a", provider="local", gpu="T4", model=WantedModel("deepseek-ai/DeepSeek-V3")),
            "no instance type with T4 that holds deepseek-ai/DeepSeek-V3",
        ),
        (InitOptions(name="a", provider="existing", gpu="H10"), "unknown GPU"),
        (
            InitOptions(name="a", provider="existing", gpu="RTX 6000 Ada"),
            "RTX-PRO-6000: others are declared in the stack file, gpu-cluster:hardware.gpus",
        ),
    ],
)
def test_invalid_option_is_an_error(init: InitOptions, words: str) -> None:
    with pytest.raises(InitOptionsError) as error:
        stack_file(init)
    assert words in str(error.value)


def test_instance_type_missing_in_the_region_is_a_stack_file_error() -> None:
    init = InitOptions(name="a", provider="eks", region="eu-west-1", instance="g6e.xlarge")
    stack_file(init)
    with pytest.raises(StackFileError, match="not offered in eu-west-1"):
        example(init)


@pytest.mark.parametrize(
    ("options", "replicas"),
    [
        ({"instance": "p5.48xlarge", "nodes": (1, 2)}, "{min: 2, max: 4} # 2 on each node"),
        ({"instance": "g6e.48xlarge"}, "{min: 2, max: 2} # 2 on each node"),
        ({"instance": "g6e.12xlarge", "nodes": (1, 4)}, "{min: 1, max: 4} # one on each node"),
    ],
)
def test_replicas_use_all_gpus_of_the_nodes(options: dict[str, Any], replicas: str) -> None:
    large = WantedModel("Qwen/Qwen2.5-72B-Instruct")
    init = InitOptions(name="lab", provider="eks", region="us-east-2", model=large, **options)

    assert f"        replicas: {replicas}\n" in stack_file(init)
    assert example(init).serving.models["chat"].gpus == 4


def test_written_file_has_comments_options_and_placeholders(tmp_path: Path) -> None:
    init = InitOptions(
        name="lab",
        provider="eks",
        region="us-east-2",
        account="123456789012",
        deployer="arn:aws:iam::123456789012:role/platform",
        gpu="L4",
        nodes=(1, 4),
        model=WantedModel("Qwen/Qwen2.5-7B-Instruct"),
    )
    text = stack_file(init)
    open_keys = [line.split(":")[0].strip() for line in text.splitlines()[2:] if BLANK in line]
    assert open_keys == ["revision", "cost-centre"]
    file = tmp_path / "Pulumi.lab.yaml"
    file.write_text(text.replace(BLANK, "a" * 40))
    stack = load(file)
    assert (stack.pools["l4"].instance, stack.pools["l4"].nodes.max) == ("g6.xlarge", 4)
    assert stack.serving.models["chat"].context == 8192


@pytest.mark.parametrize(
    ("provider", "model", "asked"),
    [
        ("eks", "meta-llama/Llama-3.1-8B-Instruct", True),
        ("eks", "Qwen/Qwen2.5-7B-Instruct", False),
        ("local", "meta-llama/Llama-3.1-8B-Instruct", False),
    ],
)
def test_gated_model_gets_a_token_placeholder(provider: str, model: str, asked: bool) -> None:
    init = InitOptions(name="lab", provider=provider, region="us-east-2", gpu="L4", model=WantedModel(model))
    assert (f"hubToken: {{secure: {BLANK}}}" in stack_file(init)) == asked
    assert (example(init).serving.hub_token is not None) == asked


def test_principals_of_a_govcloud_stack_are_in_its_partition() -> None:
    init = InitOptions(name="gov", provider="eks", region="us-gov-west-1", gpu="L4", account="123456789012")
    text = stack_file(init)
    assert "arn:aws-us-gov:iam::123456789012:role/" in str(example(init).cluster)
    assert "arn:aws:" not in text


def test_default_zones_exist_in_every_account() -> None:
    zones = [InitOptions(name="lab", provider="eks", region=it).every_zone for it in REGIONS]
    known = RegionsAndZonesBackend.zones
    for pair in zones:
        region = pair[0][:-1]
        if region in known:
            assert set(pair) <= {zone.name for zone in known[region]}, region
