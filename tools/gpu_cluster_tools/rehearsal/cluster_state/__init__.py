"""State of a cluster: nodes, pods that do not run, and the reasons."""
