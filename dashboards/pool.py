"""Pool: the GPUs and nodes of one pool."""

from dashboards.panels import Board, choice, lines
from dashboards.panels import dashboard as made

_GPU = '{pool="$pool"}'
_NODES = 'kube_node_labels{label_gpu_cluster_pool="$pool"}'
_DISKS = '{fstype!~"tmpfs|overlay|squashfs"}'
_RECEIVED = "node_infiniband_port_data_received_bytes_total"
_EACH = "{{node}} GPU {{gpu}}"


def dashboard() -> Board:
    return made(
        "pool",
        "Pool",
        "GPUs and nodes of one pool: load, memory, heat, errors and disks.",
        [
            lines(
                "GPU utilization",
                "Part of the time in which something ran on the GPU.",
                {_EACH: f"max by (node, gpu) (DCGM_FI_DEV_GPU_UTIL{_GPU})"},
                unit="percent",
            ),
            lines(
                "GPU memory",
                "Framebuffer memory used, as a part of all of it.",
                {
                    _EACH: f"max by (node, gpu) (DCGM_FI_DEV_FB_USED{_GPU}"
                    f" / (DCGM_FI_DEV_FB_USED{_GPU} + DCGM_FI_DEV_FB_FREE{_GPU}))"
                },
                unit="percentunit",
            ),
            lines(
                "Temperature",
                "Of the GPU; the alert GpuHot begins at 85.",
                {_EACH: f"max by (node, gpu) (DCGM_FI_DEV_GPU_TEMP{_GPU})"},
                unit="celsius",
            ),
            lines(
                "Power",
                "Power of each GPU.",
                {_EACH: f"max by (node, gpu) (DCGM_FI_DEV_POWER_USAGE{_GPU})"},
                unit="watt",
            ),
            lines(
                "Memory errors",
                "Bit errors in an hour, correctable and not, by GPU.",
                {
                    f"correctable {_EACH}": "max by (node, gpu) "
                    f"(increase(DCGM_FI_DEV_ECC_SBE_VOL_TOTAL{_GPU}[1h]))",
                    f"uncorrectable {_EACH}": "max by (node, gpu) "
                    f"(increase(DCGM_FI_DEV_ECC_DBE_VOL_TOTAL{_GPU}[1h]))",
                },
            ),
            lines(
                "Rows replaced",
                "Faulty rows of memory that the GPU has replaced: it may fail soon.",
                {
                    f"correctable {_EACH}": "max by (node, gpu) "
                    f"(DCGM_FI_DEV_CORRECTABLE_REMAPPED_ROWS{_GPU})",
                    f"uncorrectable {_EACH}": "max by (node, gpu) "
                    f"(DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS{_GPU})",
                },
            ),
            lines(
                "Throttled",
                "Whether the GPU is slowed down, by heat or by its limit of power; 0 where it is not.",
                {
                    f"heat {_EACH}": "max by (node, gpu) "
                    f"(rate(DCGM_FI_DEV_THERMAL_VIOLATION{_GPU}[$__rate_interval]))",
                    f"power {_EACH}": "max by (node, gpu) "
                    f"(rate(DCGM_FI_DEV_POWER_VIOLATION{_GPU}[$__rate_interval]))",
                },
            ),
            lines(
                "NVLink errors",
                "Retries and recoveries of NVLink in an hour.",
                {
                    f"retries {_EACH}": "max by (node, gpu) "
                    f"(increase(DCGM_FI_DEV_NVLINK_REPLAY_ERROR_COUNT_TOTAL{_GPU}[1h]))",
                    f"recoveries {_EACH}": "max by (node, gpu) "
                    f"(increase(DCGM_FI_DEV_NVLINK_RECOVERY_ERROR_COUNT_TOTAL{_GPU}[1h]))",
                },
            ),
            lines(
                "Processors",
                "Part of the node's processors that is busy.",
                {
                    "{{node}}": '(1 - avg by (node) (rate(node_cpu_seconds_total{mode="idle"}'
                    f"[$__rate_interval]))) and on (node) {_NODES}"
                },
                unit="percentunit",
            ),
            lines(
                "Memory of nodes",
                "Part of the node's memory that is used.",
                {
                    "{{node}}": "max by (node) (1 - node_memory_MemAvailable_bytes"
                    f" / node_memory_MemTotal_bytes) and on (node) {_NODES}"
                },
                unit="percentunit",
            ),
            lines(
                "Disks",
                "Part of the fullest file system of each node that is used.",
                {
                    "{{node}}": f"max by (node) (1 - node_filesystem_avail_bytes{_DISKS}"
                    f" / node_filesystem_size_bytes) and on (node) {_NODES}"
                },
                unit="percentunit",
            ),
            lines(
                "InfiniBand and EFA",
                "Bytes that arrive on the adapters of the node.",
                {
                    "{{node}} {{device}}": f"sum by (node, device) (rate({_RECEIVED}[$__rate_interval]))"
                    f" and on (node) {_NODES}"
                },
                unit="Bps",
            ),
        ],
        choices=[choice("pool", "Pool", "label_values(kube_node_labels, label_gpu_cluster_pool)")],
    )
