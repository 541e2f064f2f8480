module gpu-cluster/toolchain/envoy-gateway-charts

go 1.26.4

require github.com/envoyproxy/gateway v1.6.0
