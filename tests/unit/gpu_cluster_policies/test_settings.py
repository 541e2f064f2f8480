from pathlib import Path

import pytest

from gpu_cluster_policies.policy_file import PolicyFileError, load
from gpu_cluster_policies.settings import PolicySettings, policy_settings


@pytest.mark.parametrize(
    ("stack", "environment"),
    [("prod", "production"), ("prod-vision", "production"), ("dev", "development"), ("local", None)],
)
def test_stack_belongs_to_the_environment_that_names_it(stack: str, environment: str | None) -> None:
    settings = policy_settings(Path(__file__).parents[3])

    expected = settings.environments[environment] if environment else None
    assert settings.environment_of(stack) is expected


def test_first_environment_that_names_a_stack_applies() -> None:
    one = {"gpus": 1, "instances": ["g6.*"], "regions": ["us-east-2"]}
    settings = PolicySettings.model_validate(
        {
            "productionStacks": [],
            "registries": [],
            "modelStores": [],
            "exposedServices": [],
            "capacityBlockDays": 1,
            "environments": {
                "vision": {**one, "stacks": ["prod-vision"], "gpus": 2},
                "production": {**one, "stacks": ["prod*"]},
            },
        }
    )

    found = {stack: settings.environment_of(stack) for stack in ("prod-vision", "prod")}
    assert {stack: each.gpus for stack, each in found.items() if each} == {"prod-vision": 2, "prod": 1}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# later\n", "1 the file is empty; expected keys such as productionStacks, registries, "),
        ("registries:\n", "1 registries: expected a list, got nothing"),
        ("capacityBlockDays: 99999999999\n", "1 capacityBlockDays: expected at most 3650, got 99999999999"),
    ],
)
def test_invalid_settings_file_is_rejected_with_the_expected_value(
    text: str, message: str, tmp_path: Path
) -> None:
    file = tmp_path / "policies/settings.yaml"
    file.parent.mkdir()
    file.write_text(text)

    with pytest.raises(PolicyFileError) as error:
        load(file, PolicySettings)

    assert str(error.value).startswith(f"policies/settings.yaml:{message}")


def test_all_settings_errors_are_reported_with_line_and_suggestion(tmp_path: Path) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text(
        "productionStacks: prod\n"
        "registry: [nvcr.io]\n"
        "registries: []\n"
        "modelStores: []\n"
        "exposedServices: []\n"
        "capacityBlockDays: -1\n"
        "environments:\n"
        "  production:\n"
        "    stacks: []\n"
        "    gpu: 48\n"
        "    gpus: many\n"
        "    instances: [g6.*]\n"
        "    regions: [us-east-2]\n"
    )

    with pytest.raises(PolicyFileError) as error:
        load(file, PolicySettings)

    assert str(error.value).splitlines() == [
        "settings.yaml:1 productionStacks: expected a list, got 'prod'",
        "settings.yaml:2 registry: unknown key, did you mean 'registries'?",
        "settings.yaml:6 capacityBlockDays: expected 0 or more, got -1",
        "settings.yaml:9 environments.production.stacks: expected at least one, got []",
        "settings.yaml:10 environments.production.gpu: unknown key, did you mean 'gpus'?",
        "settings.yaml:11 environments.production.gpus: expected a whole number, got 'many'",
    ]
