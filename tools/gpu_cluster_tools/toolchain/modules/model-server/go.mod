module gpu-cluster/toolchain/model-server

go 1.26.0
