"""Prices of resources: servers, storage, network and AWS services."""
