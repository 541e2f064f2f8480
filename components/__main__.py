"""The component provider, as the engine starts it: see PulumiPlugin.yaml."""

from gpu_cluster.component_provider import main

if __name__ == "__main__":
    main()
