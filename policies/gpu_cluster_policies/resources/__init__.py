"""Resources as rules read them: AWS resources, Kubernetes objects, their properties and links."""
