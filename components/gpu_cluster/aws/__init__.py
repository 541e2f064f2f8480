"""Components that create AWS resources; `environment` composes them."""
