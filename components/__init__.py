"""The platform as Pulumi components, from a stack file. `components.platform` is the map of the house."""
