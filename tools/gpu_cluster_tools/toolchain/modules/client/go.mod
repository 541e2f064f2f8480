module gpu-cluster/toolchain/test-client

go 1.26.0
