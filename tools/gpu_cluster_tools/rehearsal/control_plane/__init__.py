"""The control plane on this machine: its processes, their configuration, and clients of its API."""
