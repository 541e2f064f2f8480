module gpu-cluster/toolchain/karpenter-charts

go 1.26.5

require github.com/aws/karpenter-provider-aws v1.14.0
