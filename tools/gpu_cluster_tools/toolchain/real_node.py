"""The programs of a real node: kubelet, container runtime, network, DNS, and what runs in its images."""

from gpu_cluster_tools.toolchain.tool import ModuleTree, SourcePatch, Tool
from gpu_cluster_tools.toolchain.tools import kubernetes

_CONTAINERD = "v2.1.4"
_CNI_PLUGINS = "v1.9.0"
_NETWORK_POLICIES = "v0.8.0"

KUBELET = kubernetes("kubelet", module="node")
KUBE_PROXY = kubernetes("kube-proxy", module="node")


def _containerd(name: str) -> Tool:
    return Tool(
        name=name,
        version=_CONTAINERD,
        module="containerd",
        package=f"github.com/containerd/containerd/v2/cmd/{name}",
        variables={"github.com/containerd/containerd/v2/version.Version": _CONTAINERD},
    )


def _cni(kind: str, name: str) -> Tool:
    return Tool(
        name=name,
        version=_CNI_PLUGINS,
        module="cni-plugins",
        package=f"github.com/containernetworking/plugins/plugins/{kind}/{name}",
    )


CONTAINERD = (_containerd("containerd"), _containerd("containerd-shim-runc-v2"), _containerd("ctr"))
CNI_PLUGINS = (_cni("main", "ptp"), _cni("main", "loopback"), _cni("ipam", "host-local"))
COREDNS = Tool(name="coredns", version="v1.14.0", module="coredns", package=".")

_CONTROLLER = "pkg/networkpolicy/controller.go"

NETWORK_POLICIES = Tool(
    name="network-policies",
    version=_NETWORK_POLICIES,
    module="network-policies",
    package=".",
    trees=(
        ModuleTree(
            module="sigs.k8s.io/kube-network-policies",
            version=_NETWORK_POLICIES,
            folder="controller",
            paths=("go.mod", "go.sum", "pkg"),
            edits=(
                # The queue target of iptables inside nftables: kernels without CONFIG_NFT_QUEUE have it.
                # Its third revision is three numbers of 16 bits (linux/netfilter/xt_NFQUEUE.h): the queue,
                # how many there are, and flags, filled up to 8 bytes.
                SourcePatch(
                    _CONTROLLER,
                    r"queue := &expr\.Queue\{Num: uint16\(c\.config\.QueueID\)\}\n.*?\n\t\}\n",
                    'queue := &expr.Target{Name: "NFQUEUE", Rev: 3, '
                    "Info: queueInfo(uint16(c.config.QueueID), c.config.FailOpen)}\n",
                    times=2,
                ),
                SourcePatch(
                    _CONTROLLER,
                    r"\Z",
                    "\nfunc queueInfo(number uint16, bypass bool) *xt.Unknown {\n"
                    "\tinfo := make(xt.Unknown, 8)\n"
                    "\tcopy(info, binaryutil.NativeEndian.PutUint16(number))\n"
                    "\tcopy(info[2:], binaryutil.NativeEndian.PutUint16(1))\n"
                    "\tif bypass {\n\t\tcopy(info[4:], binaryutil.NativeEndian.PutUint16(1))\n\t}\n"
                    "\treturn &info\n}\n",
                ),
                SourcePatch(
                    _CONTROLLER,
                    r'"github\.com/google/nftables/expr"\n',
                    '"github.com/google/nftables/expr"\n\t"github.com/google/nftables/xt"\n',
                ),
                # Without the runtime's plugin it would ask a plugin that is nil.
                SourcePatch(
                    _CONTROLLER,
                    r"^(\t*)podKey := c\.nriPlugin",
                    r"\1if c.nriPlugin == nil {\n\1\treturn nil\n\1}\n\1podKey := c.nriPlugin",
                ),
            ),
        ),
    ),
)

MODEL_SERVER = Tool(name="vllm", version="v1", module="model-server", package=".")
GPU_DEVICE_PLUGIN = Tool(name="nvidia-device-plugin", version="v1", module="gpu-device-plugin", package=".")
PAUSE = Tool(name="pause", version="v1", module="pause", package=".")
NO_METRICS = Tool(name="no-metrics", version="v1", module="no-metrics", package=".")
"""Program in place of NVIDIA's DCGM exporter, which needs GPUs."""

REAL_NODE = (
    KUBELET,
    KUBE_PROXY,
    *CNI_PLUGINS,
    COREDNS,
    NETWORK_POLICIES,
    MODEL_SERVER,
    GPU_DEVICE_PLUGIN,
    PAUSE,
    *CONTAINERD,
)
"""Tools that are built only for tests with a real node."""

CLIENT = Tool(name="client", version="v1", module="client", package=".")
"""Program in the pods of tests: it connects to an address, or writes and reads a file."""
