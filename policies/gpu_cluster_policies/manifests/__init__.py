"""Plain Kubernetes manifests, read as kubectl reads them."""
