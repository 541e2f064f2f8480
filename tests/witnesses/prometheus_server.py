"""A real Prometheus with historical series."""

import subprocess
import time
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx2

from gpu_cluster_tools.rehearsal.control_plane.ports import assign
from gpu_cluster_tools.toolchain import provide
from gpu_cluster_tools.toolchain.image_programs import PROMETHEUS
from tests.witnesses.promtool import promtool

_SECONDS = 60

Samples = Mapping[str, Iterable[tuple[float, float]]]
"""Time and value by series: `up{job="node"}`."""


def backfill(samples: Samples, data: Path) -> None:
    """Write series as blocks with promtool."""
    families: dict[str, list[str]] = {}
    for series, values in samples.items():
        lines = families.setdefault(series.partition("{")[0], [])
        lines += [f"{series} {value} {time}\n" for time, value in values]
    text = data.parent / "samples.txt"
    with text.open("w") as file:
        for name, lines in families.items():
            file.writelines([f"# TYPE {name} gauge\n", *lines])
        file.write("# EOF\n")
    promtool("tsdb", "create-blocks-from", "openmetrics", files=[text, data])


def blocks_of(live: Path, data: Path) -> Path:
    """`data`, with the samples of a Prometheus' folder as blocks; what it has not compacted is among them."""
    text = data.parent / "live.txt"
    text.write_text(promtool("tsdb", "dump-openmetrics", files=[live]))
    promtool("tsdb", "create-blocks-from", "openmetrics", files=[text, data])
    return data


@contextmanager
def prometheus(data: Path, *, lookback: str = "5m") -> Generator[str]:
    """Address of a server with these blocks. `lookback`: duration for which a sample is returned."""
    port = assign(("prometheus",), {})["prometheus"]
    config = data.parent / "prometheus.yml"
    config.write_text("{}\n")
    command = [
        str(provide(PROMETHEUS)),
        f"--config.file={config}",
        f"--storage.tsdb.path={data}",
        "--storage.tsdb.retention.time=100y",
        f"--query.lookback-delta={lookback}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with (data.parent / "prometheus.log").open("w") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            _until_ready(f"http://127.0.0.1:{port}", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(_SECONDS)


def _until_ready(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            if httpx2.get(f"{url}/-/ready", trust_env=False).is_success:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"no Prometheus at {url}")
