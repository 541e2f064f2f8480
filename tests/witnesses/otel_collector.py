"""The real OpenTelemetry Collector with the platform's configurations, on ports and folders of a test."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import yaml

from gpu_cluster.config import LogSettings
from gpu_cluster.kubernetes.logs import agent_config, collector_config
from gpu_cluster.kubernetes.logs.agent_config import ARGUMENTS, HOST, STATE
from gpu_cluster.kubernetes.logs.collector_config import DATA
from gpu_cluster_tools.toolchain import provide
from gpu_cluster_tools.toolchain.image_programs import OTEL_COLLECTOR

_Found = TypeVar("_Found")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def collector_here(folder: Path, port: int, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The collector's configuration, listening on `port` and writing below `folder`."""
    text = collector_config(LogSettings.model_validate(settings), "us-east-1")
    config = yaml.safe_load(text.replace(DATA, str(folder / "data")))
    config["receivers"]["otlp"]["protocols"]["http"]["endpoint"] = f"127.0.0.1:{port}"
    return _here(config)


def agent_here(folder: Path, port: int, settings: Mapping[str, Any], root: Path) -> dict[str, Any]:
    """The agent's configuration, with `root` in the place of the node's paths and the collector on `port`."""
    text = agent_config(LogSettings.model_validate(settings))
    config = yaml.safe_load(text.replace(STATE, str(folder / "state")).replace(HOST, str(root)))
    (folder / "state").mkdir(parents=True, exist_ok=True)
    config["exporters"]["otlp_http"]["endpoint"] = f"http://127.0.0.1:{port}"
    return _here(config)


def _here(config: dict[str, Any]) -> dict[str, Any]:
    config["extensions"]["health_check"]["endpoint"] = f"127.0.0.1:{free_port()}"
    return config


def validate(folder: Path, config: dict[str, Any], environment: Mapping[str, str]) -> None:
    """The program's own check; `AssertionError` with what it says."""
    file = _written(folder, config)
    command = [str(provide(OTEL_COLLECTOR)), "validate", f"--config={file}"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=60, env={**os.environ, **environment}
    )
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def running(
    folder: Path, config: dict[str, Any], environment: Mapping[str, str], before: tuple[str, ...] = ()
) -> Generator[subprocess.Popen[bytes]]:
    """Run the program with the configuration. `before`: command that starts it."""
    file = _written(folder, config)
    with (folder / "log").open("a") as log:
        process = subprocess.Popen(
            [*before, str(provide(OTEL_COLLECTOR)), f"--config={file}", *ARGUMENTS],
            stdout=log,
            stderr=log,
            env={**os.environ, **environment},
        )
        try:
            yield process
            assert process.poll() in (None, -signal.SIGKILL), (folder / "log").read_text()
        finally:
            process.terminate()
            process.wait(20)


def records(folder: Path) -> list[dict[str, Any]]:
    """Records of the collector's file in the folder of a test."""
    return records_in(folder / "data/files/logs.json")


def records_in(file: Path) -> list[dict[str, Any]]:
    """Records of a file that the collector wrote, each with the attributes of its resource."""
    found: list[dict[str, Any]] = []
    *written, _ = file.read_text().split("\n") if file.exists() else [""]  # the last line may be incomplete
    for line in written:
        for resource in json.loads(line)["resourceLogs"]:
            source = _plain(resource["resource"].get("attributes", ()))
            for scope in resource["scopeLogs"]:
                for record in scope["logRecords"]:
                    found.append({**record, "resource": source})
    return found


def eventually(read: Callable[[], _Found], seconds: float = 40) -> _Found:
    """The first truthy answer, or the last one."""
    end = time.monotonic() + seconds
    while True:
        found = read()
        if found or time.monotonic() > end:
            return found
        time.sleep(0.3)


def _plain(attributes: Any) -> dict[str, Any]:
    return {it["key"]: next(iter(it["value"].values())) for it in attributes}


def _written(folder: Path, config: dict[str, Any]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "config.yaml"
    file.write_text(yaml.safe_dump(config))
    return file
