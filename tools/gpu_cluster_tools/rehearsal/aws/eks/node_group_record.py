"""Record of a managed node group in the account."""

import base64
from dataclasses import dataclass, field
from typing import Any

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class NodeGroupInstance:
    """An instance of a node group."""

    id: str
    type: str
    address: str
    """Private IPv4 address."""

    zone: str
    subnet: str

    @property
    def name(self) -> str:
        """The name of its node: EC2's private DNS name."""
        region = self.zone[:-1]
        domain = "ec2.internal" if region == "us-east-1" else f"{region}.compute.internal"
        return f"ip-{self.address.replace('.', '-')}.{domain}"


@dataclass
class NodeGroupRecord:
    document: Document
    template: Document
    """The data of the launch template that its instances are made from; empty without one."""

    instances: list[NodeGroupInstance] = field(default_factory=list[NodeGroupInstance])

    @property
    def name(self) -> str:
        return self.document["nodegroupName"]

    @property
    def scaling_group(self) -> str:
        return self.document["resources"]["autoScalingGroups"][0]["name"]

    @property
    def instance_type(self) -> str:
        """Instance type of the launch template, or the group's first one."""
        return self.template.get("InstanceType") or self.document["instanceTypes"][0]

    @property
    def root_gib(self) -> int:
        """Size of the root volume."""
        sizes = [
            mapping.get("Ebs", {}).get("VolumeSize")
            for mapping in self.template.get("BlockDeviceMappings", [])
        ]
        return max((size for size in sizes if size), default=self.document.get("diskSize", 20))

    @property
    def user_data(self) -> str:
        return base64.b64decode(self.template.get("UserData") or "").decode(errors="replace")
