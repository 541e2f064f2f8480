"""Components that create Kubernetes objects, on AWS and elsewhere."""
