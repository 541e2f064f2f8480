import pytest

from gpu_cluster_policies.resources.secret_text import holds_secret, is_name_of_secret, is_secret


@pytest.mark.parametrize(
    "name", ["hubToken", "hub-token", "HF_TOKEN", "AWS_SECRET_ACCESS_KEY", "db.password"]
)
def test_name_of_a_secret_is_recognized(name: str) -> None:
    assert is_name_of_secret(name)


@pytest.mark.parametrize(
    "name", ["HF_TOKEN_PATH", "MAX_TOKENS", "certificateAuthority", "keyboard", "TOKENIZER"]
)
def test_similar_name_is_not_a_secret(name: str) -> None:
    assert not is_name_of_secret(name)


@pytest.mark.parametrize(
    "text", ["AKIAIOSFODNN7EXAMPLE", "postgres://app:hunter2@db/app", "-----BEGIN RSA PRIVATE KEY-----"]
)
def test_text_with_the_format_of_a_secret_is_recognized(text: str) -> None:
    assert is_secret(text)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("#!/bin/bash\nexport HUB_TOKEN=abcdefgh\n", 2),
        ("registry:\n  password: 'correct-horse'\n", 2),
        ('{"apiKey": "x"}\n"token": "abcdefgh"\n', 2),
        ("set -e\ncurl https://user:secret@example.com\n", 2),
        ("HUB_TOKEN=$(cat /run/hub-token)\n", 0),
        ("password: ${PASSWORD}\nMAX_TOKENS=4096\n", 0),
        ("tokenFile: /var/run/token\n", 0),
        ('{\n  "autoMountServiceAccountToken": true\n}\n', 0),
        ("maxToken: 4096\n", 0),
        ("docker login -u me -p hunter2hunter2 registry.example.com\n", 1),
        ("docker login -u me --password-stdin registry.example.com\n", 0),
        ("curl -H 'Authorization: Bearer abcdefghijklmnopqrstuvwxyz' https://example.com\n", 1),
        ('curl -H "Authorization: Bearer $TOKEN" https://example.com\n', 0),
        ("join --token abcdef.0123456789\n", 1),
        ("join --token=$(cat /run/token) --token-file /run/token\n", 0),
        ("", 0),
    ],
)
def test_secret_in_a_script_is_found_with_its_line(text: str, line: int) -> None:
    assert holds_secret(text) == line
