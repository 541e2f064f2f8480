module gpu-cluster/toolchain/karpenter-charts

go 1.26.4

require github.com/aws/karpenter-provider-aws v1.13.0
