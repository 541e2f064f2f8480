"""Karpenter for AWS, the controller of a rehearsal, built as released but for two edits."""

from gpu_cluster_tools.toolchain.tool import ModuleTree, SourcePatch, Tool
from gpu_cluster_tools.toolchain.tools import KARPENTER_VERSION

_MODULE = "github.com/aws/karpenter-provider-aws"
_CORE = "sigs.k8s.io/karpenter"

_PROVIDER_TREE = ModuleTree(
    module=_MODULE,
    version=KARPENTER_VERSION,
    folder="karpenter-provider-aws",
    paths=("go.mod", "cmd", "pkg"),
    edits=(
        # An interface that only tests of the module use; its module is not served everywhere.
        SourcePatch("pkg/aws/sdk.go", r'^\s*"github\.com/aws/aws-sdk-go-v2/service/timestreamwrite"\n', ""),
        SourcePatch("pkg/aws/sdk.go", r"^type TimestreamWriteAPI interface {\n.*?^}\n", ""),
    ),
)

_CORE_TREE = ModuleTree(
    module=_CORE,
    version=KARPENTER_VERSION,
    folder="karpenter",
    paths=("go.mod", "pkg"),
    # Containers have separate ports for metrics and probes; processes share the host's.
    edits=(SourcePatch("pkg/operator/operator.go", r'Sprintf\(":%d"', 'Sprintf("127.0.0.1:%d"', times=2),),
)

KARPENTER = Tool(
    name="karpenter",
    version=KARPENTER_VERSION,
    module="karpenter",
    package=f"{_MODULE}/cmd/controller",
    variables={f"{_CORE}/pkg/operator.Version": KARPENTER_VERSION.removeprefix("v")},
    trees=(_PROVIDER_TREE, _CORE_TREE),
)
"""Version of the charts and of the image that the platform runs."""
