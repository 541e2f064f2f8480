"""Node pools: what their nodes are, offer and let in."""

from components.pools.pool import GPU_RESOURCE, GPU_TAINT, POOL_LABEL, Pool, mig_resource, pools_of
from components.pools.resources import Resources

__all__ = ["GPU_RESOURCE", "GPU_TAINT", "POOL_LABEL", "Pool", "Resources", "mig_resource", "pools_of"]
