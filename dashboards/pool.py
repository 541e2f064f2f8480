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
        "GPUs and nodes of one pool: utilization, memory, temperature, errors and disks.",
        [
            lines(
                "GPU utilization",
                "Fraction of time during which a kernel ran on the GPU.",
                {_EACH: f"max by (node, gpu) (DCGM_FI_DEV_GPU_UTIL{_GPU})"},
                unit="percent",
            ),
            lines(
                "GPU memory",
                "Fraction of framebuffer memory in use.",
                {
                    _EACH: f"max by (node, gpu) (DCGM_FI_DEV_FB_USED{_GPU}"
                    f" / (DCGM_FI_DEV_FB_USED{_GPU} + DCGM_FI_DEV_FB_FREE{_GPU}))"
                },
                unit="percentunit",
            ),
            lines(
                "Temperature",
                "Temperature of each GPU; the threshold of the alert GpuHot is 85.",
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
                "Correctable and uncorrectable ECC errors in an hour, by GPU.",
                {
                    f"correctable {_EACH}": "max by (node, gpu) "
                    f"(increase(DCGM_FI_DEV_ECC_SBE_VOL_TOTAL{_GPU}[1h]))",
                    f"uncorrectable {_EACH}": "max by (node, gpu) "
                    f"(increase(DCGM_FI_DEV_ECC_DBE_VOL_TOTAL{_GPU}[1h]))",
                },
            ),
            lines(
                "Remapped rows",
                "Faulty memory rows that the GPU has remapped: it may fail soon.",
                {
                    f"correctable {_EACH}": "max by (node, gpu) "
                    f"(DCGM_FI_DEV_CORRECTABLE_REMAPPED_ROWS{_GPU})",
                    f"uncorrectable {_EACH}": "max by (node, gpu) "
                    f"(DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS{_GPU})",
                },
            ),
            lines(
                "Throttling",
                "Throttling by temperature or by the power limit; 0 without throttling.",
                {
                    f"heat {_EACH}": "max by (node, gpu) "
                    f"(rate(DCGM_FI_DEV_THERMAL_VIOLATION{_GPU}[$__rate_interval]))",
                    f"power {_EACH}": "max by (node, gpu) "
                    f"(rate(DCGM_FI_DEV_POWER_VIOLATION{_GPU}[$__rate_interval]))",
                },
            ),
            lines(
                "NVLink errors",
                "NVLink retries and recoveries in an hour.",
                {
                    f"retries {_EACH}": "max by (node, gpu) "
                    f"(increase(DCGM_FI_DEV_NVLINK_REPLAY_ERROR_COUNT_TOTAL{_GPU}[1h]))",
                    f"recoveries {_EACH}": "max by (node, gpu) "
                    f"(increase(DCGM_FI_DEV_NVLINK_RECOVERY_ERROR_COUNT_TOTAL{_GPU}[1h]))",
                },
            ),
            lines(
                "CPU",
                "CPU utilization of each node.",
                {
                    "{{node}}": '(1 - avg by (node) (rate(node_cpu_seconds_total{mode="idle"}'
                    f"[$__rate_interval]))) and on (node) {_NODES}"
                },
                unit="percentunit",
            ),
            lines(
                "Node memory",
                "Fraction of each node's memory in use.",
                {
                    "{{node}}": "max by (node) (1 - node_memory_MemAvailable_bytes"
                    f" / node_memory_MemTotal_bytes) and on (node) {_NODES}"
                },
                unit="percentunit",
            ),
            lines(
                "Disks",
                "Fraction in use of each node's fullest file system.",
                {
                    "{{node}}": f"max by (node) (1 - node_filesystem_avail_bytes{_DISKS}"
                    f" / node_filesystem_size_bytes) and on (node) {_NODES}"
                },
                unit="percentunit",
            ),
            lines(
                "InfiniBand and EFA",
                "Bytes received on the adapters of each node.",
                {
                    "{{node}} {{device}}": f"sum by (node, device) (rate({_RECEIVED}[$__rate_interval]))"
                    f" and on (node) {_NODES}"
                },
                unit="Bps",
            ),
        ],
        choices=[choice("pool", "Pool", "label_values(kube_node_labels, label_gpu_cluster_pool)")],
    )
