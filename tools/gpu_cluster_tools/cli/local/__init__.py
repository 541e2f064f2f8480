"""The local platform of `up`: real nodes, its gateway, vLLM, telemetry and a first answer."""
