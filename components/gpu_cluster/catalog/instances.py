"""EC2 instance types: those with NVIDIA GPUs, and those without that carry the rest of a platform."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from gpu_cluster.catalog.gpus import GPUS, Gpu
from gpu_cluster.catalog.source import Source

INSTANCE_SOURCES = {
    "hardware": Source("aws/karpenter-provider-aws website instance-types.md", date(2026, 7, 11)),
    "hourly_usd": Source(
        "aws/karpenter-provider-aws zz_generated.pricing_aws.go, us-east-1 on demand", date(2026, 7, 20)
    ),
    "enis": Source("awslabs/amazon-eks-ami nodeadm instance-info.jsonl", date(2026, 7, 1)),
    "p6e-gb200": Source("public descriptions of P6e-GB200 UltraServers", date(2026, 11, 21)),
}


@dataclass(frozen=True, slots=True)
class Instance:
    name: str
    architecture: str
    """amd64 or arm64, as in the label kubernetes.io/arch."""

    cpus: int
    """Logical CPUs."""

    memory_gib: int
    """Nominal memory; a node registers less."""

    gpu: Gpu | None
    gpus: int
    """Whole GPUs; 0 beside a `gpu` means a fraction of one, which registers no nvidia.com/gpu."""

    network_gbps: float
    """Sustained bandwidth."""

    efa: int
    """EFA interfaces that it can have."""

    nvme_gb: int
    """Local NVMe disks, together."""

    hourly_usd: float | None
    """On demand in us-east-1; None where no price is published."""

    max_pods: int
    """Pods that a node runs with the VPC CNI and one address each."""


def _instances() -> Iterator[Instance]:
    for line in filter(None, _TABLE.splitlines()):
        name, cpus, memory, gpu, gpus, network, efa, nvme, price, enis, addresses = line.split()
        yield Instance(
            name=name,
            architecture="arm64" if name.startswith(_ARM64) else "amd64",
            cpus=int(cpus),
            memory_gib=int(memory),
            gpu=None if gpu == "-" else GPUS[gpu],
            gpus=int(gpus),
            network_gbps=float(network),
            efa=int(efa),
            nvme_gb=int(nvme),
            hourly_usd=None if price == "-" else float(price),
            max_pods=KUBELET_MAX_PODS if enis == "-" else int(enis) * (int(addresses) - 1) + 2,
        )


KUBELET_MAX_PODS = 110
"""The kubelet's default: for nodes in no VPC, and nodeadm's for a type whose interfaces it does not know."""

_ARM64 = ("m7g.", "p6e-gb200.")

# ENIs: interfaces of the default network card; IPs: IPv4 addresses of each, the first of which is no pod's.
# The two pods beyond are the CNI and kube-proxy, on the host's network.
#
# type              vCPU   GiB          GPU  n    Gbps EFA   NVMe        $/h ENIs IPs
_TABLE = """
g4dn.xlarge          4    16           T4  1       5   0    125      0.526   3  10
g4dn.2xlarge         8    32           T4  1      10   0    225      0.752   3  10
g4dn.4xlarge        16    64           T4  1      20   0    225      1.204   3  10
g4dn.8xlarge        32   128           T4  1      50   1    900      2.176   4  15
g4dn.12xlarge       48   192           T4  4      50   1    900      3.912   8  30
g4dn.16xlarge       64   256           T4  1      50   1    900      4.352   4  15
g4dn.metal          96   384           T4  8     100   1   1800      7.824  15  50

g5.xlarge            4    16         A10G  1     2.5   0    250      1.006   4  15
g5.2xlarge           8    32         A10G  1       5   0    450      1.212   4  15
g5.4xlarge          16    64         A10G  1      10   0    600      1.624   8  30
g5.8xlarge          32   128         A10G  1      25   1    900      2.448   8  30
g5.12xlarge         48   192         A10G  4      40   1   3800      5.672  15  50
g5.16xlarge         64   256         A10G  1      25   1   1900      4.096   8  30
g5.24xlarge         96   384         A10G  4      50   1   3800      8.144  15  50
g5.48xlarge        192   768         A10G  8     100   1   7600     16.288   7  50

g6.xlarge            4    16           L4  1     2.5   0    250     0.8048   4  15
g6.2xlarge           8    32           L4  1       5   0    450     0.9776   4  15
g6.4xlarge          16    64           L4  1      10   0    600     1.3232   8  30
g6.8xlarge          32   128           L4  1      25   1    900     2.0144   8  30
g6.12xlarge         48   192           L4  4      40   1   3760     4.6016   8  30
g6.16xlarge         64   256           L4  1      25   1   1880     3.3968  15  50
g6.24xlarge         96   384           L4  4      50   1   3760     6.6752  15  50
g6.48xlarge        192   768           L4  8     100   1   7520    13.3504  15  50

g6e.xlarge           4    32         L40S  1     2.5   0    250      1.861   4  15
g6e.2xlarge          8    64         L40S  1       5   0    450    2.24208   4  15
g6e.4xlarge         16   128         L40S  1      20   0    600    3.00424   8  30
g6e.8xlarge         32   256         L40S  1      25   1    900    4.52856   8  30
g6e.12xlarge        48   384         L40S  4     100   1   3800   10.49264  10  30
g6e.16xlarge        64   512         L40S  1      35   1   1900    7.57719  15  50
g6e.24xlarge        96   768         L40S  4     200   2   3800   15.06559  10  50
g6e.48xlarge       192  1536         L40S  8     400   4   7600   30.13118  10  50

g6f.large            2     8           L4  0     1.5   0    100      0.202   2  10
g6f.xlarge           4    16           L4  0     2.5   0    100     0.2375   4  15
g6f.2xlarge          8    32           L4  0       5   0    200      0.475   4  15
g6f.4xlarge         16    64           L4  0      10   0    450       0.95   8  30

gr6.4xlarge         16   128           L4  1      10   0    600     1.5392   8  30
gr6.8xlarge         32   256           L4  1      25   1    900     2.4464   8  30

gr6f.4xlarge        16   128           L4  0      10   0    450      1.066   8  30

g7.2xlarge           8    32 RTX-PRO-4500  1      60   0    440       2.52   4  64
g7.4xlarge          16    64 RTX-PRO-4500  1      60   0    875    3.04208   8  64
g7.8xlarge          32   128 RTX-PRO-4500  1      80   1    930    4.08624  10  64
g7.12xlarge         48   192 RTX-PRO-4500  2     175   1   1900    7.12832  12  64
g7.24xlarge         96   384 RTX-PRO-4500  4     350   1   3800   14.25664  24  64
g7.48xlarge        192   768 RTX-PRO-4500  8     700   2   7600   28.51328  12  64

g7e.2xlarge          8    64 RTX-PRO-6000  1      50   0   1900    3.36312   4  64
g7e.4xlarge         16   128 RTX-PRO-6000  1      50   0   1900    3.99816   8  64
g7e.8xlarge         32   256 RTX-PRO-6000  1     100   1   1900    5.26824   8  64
g7e.12xlarge        48   512 RTX-PRO-6000  2     400   1   3800    8.28608  10  64
g7e.24xlarge        96  1024 RTX-PRO-6000  4     800   2   7600   16.57216  10  64
g7e.48xlarge       192  2048 RTX-PRO-6000  8    1600   4  15200   33.14432  10  64

p4d.24xlarge        96  1152    A100-40GB  8     400   4   8000  21.957642  15  50

p4de.24xlarge       96  1152    A100-80GB  8     400   4   8000   27.44705  15  50

p5.4xlarge          16   256         H100  1     100   1   3800       6.88   4  30
p5.48xlarge        192  2048         H100  8    3200  32  30400      55.04   2  50

p5e.48xlarge       192  2048         H200  8    3200  32  30400          -   2  50

p5en.48xlarge      192  2048         H200  8    3200  16  30400     63.296   4  50

p6-b200.48xlarge   192  2048         B200  8    3200   8  30400   113.9328   4  50

p6-b300.48xlarge   192  4096         B300  8    6400  16  30400    142.416   4  50
p6e-gb200.36xlarge  144   960        GB200  4    3200   8  22500          -   -   -

m6i.large            2     8            -  0   0.781   0      0      0.096   3  10
m6i.xlarge           4    16            -  0   1.562   0      0      0.192   4  15
m6i.2xlarge          8    32            -  0   3.125   0      0      0.384   4  15
m6i.4xlarge         16    64            -  0    6.25   0      0      0.768   8  30
m6i.8xlarge         32   128            -  0    12.5   0      0      1.536   8  30
m6i.12xlarge        48   192            -  0   18.75   0      0      2.304   8  30
m6i.16xlarge        64   256            -  0      25   0      0      3.072  15  50
m6i.24xlarge        96   384            -  0    37.5   0      0      4.608  15  50
m6i.32xlarge       128   512            -  0      50   1      0      6.144  15  50
m7i.large            2     8            -  0   0.781   0      0     0.1008   3  10
m7i.xlarge           4    16            -  0   1.562   0      0     0.2016   4  15
m7i.2xlarge          8    32            -  0   3.125   0      0     0.4032   4  15
m7i.4xlarge         16    64            -  0    6.25   0      0     0.8064   8  30
m7i.8xlarge         32   128            -  0    12.5   0      0     1.6128   8  30
m7i.12xlarge        48   192            -  0   18.75   0      0     2.4192   8  30
m7i.16xlarge        64   256            -  0      25   0      0     3.2256  15  50
m7i.24xlarge        96   384            -  0    37.5   0      0     4.8384  15  50
m7i.48xlarge       192   768            -  0      50   1      0     9.6768  15  50
m7g.large            2     8            -  0   0.937   0      0     0.0816   3  10
m7g.xlarge           4    16            -  0   1.876   0      0     0.1632   4  15
m7g.2xlarge          8    32            -  0    3.75   0      0     0.3264   4  15
m7g.4xlarge         16    64            -  0     7.5   0      0     0.6528   8  30
m7g.8xlarge         32   128            -  0      15   0      0     1.3056   8  30
m7g.12xlarge        48   192            -  0    22.5   0      0     1.9584   8  30
m7g.16xlarge        64   256            -  0      30   1      0     2.6112  15  50
c7i.large            2     4            -  0   0.781   0      0    0.08925   3  10
c7i.xlarge           4     8            -  0   1.562   0      0     0.1785   4  15
c7i.2xlarge          8    16            -  0   3.125   0      0      0.357   4  15
c7i.4xlarge         16    32            -  0    6.25   0      0      0.714   8  30
c7i.8xlarge         32    64            -  0    12.5   0      0      1.428   8  30
c7i.12xlarge        48    96            -  0   18.75   0      0      2.142   8  30
c7i.16xlarge        64   128            -  0      25   0      0      2.856  15  50
c7i.24xlarge        96   192            -  0    37.5   0      0      4.284  15  50
c7i.48xlarge       192   384            -  0      50   1      0      8.568  15  50
r7i.large            2    16            -  0   0.781   0      0     0.1323   3  10
r7i.xlarge           4    32            -  0   1.562   0      0     0.2646   4  15
r7i.2xlarge          8    64            -  0   3.125   0      0     0.5292   4  15
r7i.4xlarge         16   128            -  0    6.25   0      0     1.0584   8  30
r7i.8xlarge         32   256            -  0    12.5   0      0     2.1168   8  30
r7i.12xlarge        48   384            -  0   18.75   0      0     3.1752   8  30
r7i.16xlarge        64   512            -  0      25   0      0     4.2336  15  50
r7i.24xlarge        96   768            -  0    37.5   0      0     6.3504  15  50
r7i.48xlarge       192  1536            -  0      50   1      0    12.7008  15  50
"""

INSTANCES: Mapping[str, Instance] = {instance.name: instance for instance in _instances()}
"""Every instance type by name, grouped by family and from small to large."""
