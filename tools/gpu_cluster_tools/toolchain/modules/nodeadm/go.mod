module gpu-cluster/toolchain/nodeadm

go 1.26.5

require github.com/awslabs/amazon-eks-ami/nodeadm v0.0.0-20260213141146-147b13ea3f4a
