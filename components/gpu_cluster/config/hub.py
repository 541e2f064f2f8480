"""`gpu-cluster:serving.hub`: a mirror of the model hub."""

from typing import Annotated

from pydantic import Field

from gpu_cluster.config.eks import SiteCidr
from gpu_cluster.config.pattern import Pattern
from gpu_cluster.config.section import Settings

HubUrl = Annotated[
    str,
    Pattern(
        r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/\S*[^\s/])?", "an address such as https://hub.example.com"
    ),
]


class HubMirror(Settings):
    """Mirror of the Hugging Face Hub and the networks it is in."""

    url: HubUrl
    """URL, such as https://hub.example.com; set as HF_ENDPOINT in replicas."""

    networks: Annotated[list[SiteCidr], Field(min_length=1)]
    """Private CIDR ranges of the mirror, such as 10.20.0.0/24; replicas can reach no others."""

    @property
    def port(self) -> int:
        scheme, _, rest = self.url.partition("://")
        number = rest.partition("/")[0].rpartition(":")[2]
        return int(number) if number.isdecimal() else {"http": 80}.get(scheme, 443)
