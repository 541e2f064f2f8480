from pathlib import Path

import pytest

from gpu_cluster.stack import load
from gpu_cluster.stack.notes import notes_of

HAPPY = Path(__file__).parents[3] / "stacks/happy"
FILE = """
config:
  gpu-cluster:cluster: {provider: existing}
  gpu-cluster:pools:
    box: {instance: g6e.12xlarge, nodes: 6}
  gpu-cluster:serving:
    models:
      a: {model: acme/new, pool: box, replicas: 1, cache: {size: 40Gi}}
      b: {model: acme/new, pool: box, replicas: 1, cache: {size: 40Gi}}
      c: {model: acme/sized, weights: 9Gi, pool: box, replicas: 1, cache: {size: 40Gi}}
      d: {model: Qwen/Qwen3-32b-FP8x, pool: box, replicas: 1, cache: {size: 40Gi}}
      e: {model: Qwen/Qwen3-8B, pool: box, replicas: 1, context: 8192, cache: {size: 40Gi}}
      f: {model: acme/tuned, like: Qwen/Qwen3-8B, pool: box, replicas: 1, context: 8192, cache: {size: 40Gi}}
      g: {model: acme/other, config: other/config.json, pool: box, replicas: 1, cache: {size: 40Gi}}
"""
CONFIG = """
{"model_type": "llama", "hidden_size": 2048, "num_hidden_layers": 16, "num_attention_heads": 32,
 "num_key_value_heads": 8, "intermediate_size": 8192, "vocab_size": 32000, "max_position_embeddings": 8192}
"""
HINT = "hint: like, a known model of the same layers, or config, the path of its config.json"


def test_models_with_unchecked_memory_have_one_note_each(tmp_path: Path) -> None:
    file = tmp_path / "Pulumi.lab.yaml"
    file.write_text(FILE)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "config.json").write_text(CONFIG)
    assert [*notes_of(load(file))] == [
        f"memory not checked: model acme/new is not known; {HINT}",
        f"memory of the KV cache not checked: of model acme/sized only the weights are known; {HINT}",
        "memory not checked: model Qwen/Qwen3-32b-FP8x is not known, did you mean 'Qwen/Qwen3-32B-FP8'?; "
        f"{HINT}",
    ]


def test_note_says_that_adapter_memory_is_not_counted(tmp_path: Path) -> None:
    file = tmp_path / "Pulumi.lab.yaml"
    model = "e: {model: Qwen/Qwen3-8B, lora: {modules: {sql: acme/sql}},"
    lines = FILE.replace("e: {model: Qwen/Qwen3-8B,", model).splitlines(keepends=True)
    file.write_text("".join(lines[:-1]))
    assert "e: GPU memory of its LoRA adapters is not counted" in notes_of(load(file))


def test_existing_bucket_has_a_note_about_its_price() -> None:
    [first, *_] = notes_of(load(HAPPY / "eks-existing-bucket.yaml"))
    assert first == "store models: storage and requests of bucket example-models are not priced"


LUSTRE = """\
config:
  aws:region: REGION
  gpu-cluster:cluster:
    provider: eks
    account: "123456789012"
    version: "1.35"
    access: {platform: {principal: "arn:aws:iam::123456789012:role/platform", policy: cluster-admin}}
  gpu-cluster:network: {zones: [REGIONa, REGIONb]}
  gpu-cluster:pools: {system: {instance: m7i.xlarge, nodes: 3}}
  gpu-cluster:storage: {data: {kind: fsx-lustre, size: 1.2Ti, throughput: SPEED}}
"""


@pytest.mark.parametrize(
    ("region", "speed", "there"),
    [
        ("us-east-2", 1000, None),
        ("eu-west-3", 125, "it has none"),
        ("il-central-1", 250, None),
        ("il-central-1", 500, "it has 125, 250"),
    ],
)
def test_lustre_without_regional_price_has_a_note(
    tmp_path: Path, region: str, speed: int, there: str | None
) -> None:
    file = tmp_path / "Pulumi.lab.yaml"
    file.write_text(LUSTRE.replace("REGION", region).replace("SPEED", str(speed)))

    found = [it for it in notes_of(load(file)) if it.startswith("store data: ")]

    words = f"no PERSISTENT_2 file system with throughput {speed} in {region} ({there})"
    assert len(found) == (1 if there else 0)
    assert not there or words in found[0]


def test_image_volumes_on_a_site_have_a_note(tmp_path: Path) -> None:
    file = tmp_path / "Pulumi.lab.yaml"
    image = "quay.io/example/model:1"
    file.write_text(
        FILE.partition("      a:")[0]
        + "      a: {model: acme/own, pool: box, replicas: 1, engine: triton, version: 26.06-py3, "
        + f"weightsImage: {image}}}\n"
    )
    notes = [*notes_of(load(file))]

    assert any(it.startswith("image volumes are not checked here") for it in notes)
    assert any(
        it.startswith("model a: disk for weightsImage is not checked: its size is not") for it in notes
    )


def test_custom_ami_with_weights_image_has_a_note(tmp_path: Path) -> None:
    text = (HAPPY / "eks-weights-image.yaml").read_text()
    assert [*notes_of(load(HAPPY / "eks-weights-image.yaml"))] == []
    file = tmp_path / "Pulumi.lab.yaml"
    file.write_text(
        text.replace("g6e.12xlarge, nodes: 1", "g6e.12xlarge, nodes: 1, ami: {id: ami-0123456789abcdef0}")
    )

    assert [*notes_of(load(file))] == [
        "pool l40s: whether ami.id has containerd 2.1, for image volumes, is not checked"
    ]


def test_zones_missing_in_some_accounts_have_a_note(tmp_path: Path) -> None:
    text = (HAPPY.parent / "errors/network-zone-misspelt.yaml").read_text()
    file = tmp_path / "Pulumi.lab.yaml"
    file.write_text(
        text.replace("eu-central-1a, eu-centrl-1b", "us-west-1a, us-west-1c").replace(
            "eu-central-1", "us-west-1"
        )
    )

    assert [*notes_of(load(file))] == [
        "not every account has us-west-1a and us-west-1c: `aws ec2 describe-availability-zones --region "
        "us-west-1` lists the zones of yours"
    ]


def test_gateway_next_to_models_has_a_note_about_unchecked_capacity(tmp_path: Path) -> None:
    file = tmp_path / "Pulumi.lab.yaml"
    gateway = "  gpu-cluster:gateway: {host: models.example.com, http: true}\n"
    only_gpus = FILE.rpartition("      g:")[0] + gateway
    file.write_text(only_gpus)
    told = [note for note in notes_of(load(file)) if note.startswith("gateway:")]
    assert told == [
        "gateway: not checked whether its pods fit, because every pool has GPUs or taints and they run "
        "beside models; hint: gateway.pool, a pool of their own"
    ]
    mixed = only_gpus.replace("nodes: 6}\n", "nodes: 6}\n    cpu: {instance: m7i.xlarge, nodes: 3}\n")
    file.write_text(mixed)
    assert not any(note.startswith("gateway:") for note in notes_of(load(file)))


def test_token_limit_of_an_engine_without_usage_reports_has_a_note() -> None:
    told = [note for note in notes_of(load(HAPPY / "eks-gateway.yaml")) if "token limit" in note]
    assert told == [
        "rank: its token limit counts what answers report as usage, and streams by their events; "
        "engine custom has no argument that makes it report usage"
    ]


RECIPES = """
config:
  gpu-cluster:cluster: {provider: existing}
  gpu-cluster:pools:
    box: {instance: p5en.48xlarge, nodes: 6}
  gpu-cluster:serving:
    models:
      plain: {model: Qwen/Qwen3-8B, pool: box, replicas: 1, context: 8192, cache: {size: 40Gi}}
      bare:
        model: moonshotai/Kimi-K2.5
        pool: box
        gpus: 8
        replicas: 1
        context: 8192
        loadMinutes: 999
        cache: {size: 1Ti}
      whole:
        model: moonshotai/Kimi-K2.6
        pool: box
        gpus: 8
        replicas: 1
        context: 8192
        loadMinutes: 999
        cache: {size: 1Ti}
        args: [--trust_remote_code, --mm-encoder-tp-mode=data]
      absent: {model: tencent/Hy3, pool: box, replicas: 1, cache: {size: 1Ti}}
      half:
        model: deepseek-ai/DeepSeek-V4-Flash
        pool: box
        gpus: 8
        replicas: 1
        context: 8192
        kvCacheDtype: fp8_e4m3
        toolParser: deepseek_v4
        args: {trust-remote-code: true}
        speculative: {method: eagle3, model: org/draft}
        cache: {size: 1Ti}
"""


def test_model_without_arguments_of_its_recipe_has_a_note(tmp_path: Path) -> None:
    """A model that lacks only the parsers of its recipe has no note."""
    file = tmp_path / "Pulumi.lab.yaml"
    file.write_text(RECIPES)
    assert [*notes_of(load(file))] == [
        "model bare: vLLM's recipe for moonshotai/Kimi-K2.5 (2026-08-21) also has args: {trust-remote-code: "
        "true}, toolParser: kimi_k2, reasoningParser: kimi_k2; trust-remote-code runs code of the model's "
        "repository: pin revision",
        "model half: vLLM's recipe for deepseek-ai/DeepSeek-V4-Flash (2026-08-21) also has args: "
        "{block-size: 256}, reasoningParser: deepseek_v4",
        "half: GPU memory of the draft model org/draft is not counted, because it is not known",
        "memory not checked: model tencent/Hy3 is not known; vLLM's recipe states at least 708 GB; " + HINT,
    ]


def test_hardware_that_a_model_lacks_has_a_note(tmp_path: Path) -> None:
    text = (HAPPY / "eks-model-over-nodes.yaml").read_text()
    changed = text.replace(", efa: true", "").replace(
        "  gpu-cluster:storage:", "    a10g: {instance: g5.xlarge, nodes: 1}\n  gpu-cluster:storage:"
    )
    older = "older: {model: Qwen/Qwen3-0.6B, pool: a10g, kvCacheDtype: fp8, replicas: 1, store: models}"
    file = tmp_path / "Pulumi.lab.yaml"
    file.write_text(changed.replace("      reasoning:", f"      {older}\n      reasoning:"))
    notes = [*notes_of(load(file))]
    assert (
        "model reasoning: NCCL goes by TCP between its nodes, because pool h100 has no EFA; hint: efa: true "
        "of the pool"
    ) in notes
    assert (
        "model older: A10G of pool a10g has no FP8 E4M3, so the server may not start with kvCacheDtype: fp8; "
        "hint: fp8_e5m2, or no kvCacheDtype"
    ) in notes
    assert not [it for it in notes if "libfabric" in it]
