"""The platform as Pulumi components, from a stack file. `gpu_cluster.platform` is the map of the house."""
