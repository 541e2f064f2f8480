"""What a stack costs: by pool, team and environment, from dated prices, before anything is created."""
