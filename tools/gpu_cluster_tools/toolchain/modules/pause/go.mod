module gpu-cluster/toolchain/pause

go 1.26.0
