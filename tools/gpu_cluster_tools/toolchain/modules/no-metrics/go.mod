module gpu-cluster/toolchain/no-metrics

go 1.26.0
