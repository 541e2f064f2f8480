"""`gpu-cluster:serving.hub`: a mirror of the model hub."""

from typing import Annotated

from pydantic import Field

from gpu_cluster.config.eks import SiteCidr
from gpu_cluster.config.pattern import Pattern
from gpu_cluster.config.settings import Settings

HubUrl = Annotated[
    str,
    Pattern(
        r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/\S*[^\s/])?", "an address such as https://hub.example.com"
    ),
]


class HubMirror(Settings):
    """A server that answers like the Hugging Face Hub, and the networks where it is."""

    url: HubUrl
    """Address, such as https://hub.example.com; replicas get it as HF_ENDPOINT."""

    networks: Annotated[list[SiteCidr], Field(min_length=1)]
    """Private ranges that replicas may call it in, such as 10.20.0.0/24; no other address then."""

    @property
    def port(self) -> int:
        scheme, _, rest = self.url.partition("://")
        number = rest.partition("/")[0].rpartition(":")[2]
        return int(number) if number.isdecimal() else {"http": 80}.get(scheme, 443)
