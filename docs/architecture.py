"""The picture of the architecture page: prod, as `gpu-cluster diagram` draws it."""

import re
from pathlib import Path

from gpu_cluster.stack import load
from gpu_cluster_tools.diagram import diagram

_PROD = Path(__file__).parent.parent / "stacks" / "Pulumi.prod.yaml"
_PICTURE = re.compile(r"(<!-- picture of prod -->\n).*?(\n<!-- end -->)", re.DOTALL)


def with_picture(page: str) -> str:
    """The page with the picture as it is today."""
    drawn = f"```mermaid\n{diagram('prod', load(_PROD))}```"
    return _PICTURE.sub(lambda found: f"{found[1]}{drawn}{found[2]}", page)
