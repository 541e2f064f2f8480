"""Model of the stack file: every section with its defaults."""

from collections.abc import Sequence

from pydantic import Field

from gpu_cluster.config.backups import BackupSettings
from gpu_cluster.config.budget import BudgetSettings
from gpu_cluster.config.cluster import NODE_LOCAL_DNS, ClusterSettings, ExistingCluster
from gpu_cluster.config.compliance import ComplianceSettings
from gpu_cluster.config.ecr import ecr_mirror
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.extras import ExtrasSettings
from gpu_cluster.config.flag import Flag
from gpu_cluster.config.gateway import GatewaySettings
from gpu_cluster.config.gpu import GpuSettings
from gpu_cluster.config.hardware import HardwareSettings
from gpu_cluster.config.logs import LogSettings
from gpu_cluster.config.names import Name, NonBlank
from gpu_cluster.config.network import NetworkSettings
from gpu_cluster.config.on_call import OnCallSettings
from gpu_cluster.config.pools import PoolSettings
from gpu_cluster.config.registry import RegistrySettings
from gpu_cluster.config.section import Settings
from gpu_cluster.config.serving import ServingSettings
from gpu_cluster.config.storage import StorageSettings
from gpu_cluster.config.tags import TagKey, TagValue
from gpu_cluster.config.team_grants import TeamSettings
from gpu_cluster.config.telemetry import Collector, TelemetrySettings


class Stack(Settings):
    """Stack file of an environment."""

    region: NonBlank | None = Field(default=None, alias="aws:region")
    """AWS region, such as eu-central-1; required with provider eks. Default: none."""

    cluster: ClusterSettings
    """Cluster that the platform runs on."""

    network: NetworkSettings | None = None
    """VPC of the cluster; required with provider eks. Default: none."""

    pools: dict[Name, PoolSettings] = Field(json_schema_extra={"minProperties": 1})
    """Node pools by name."""

    hardware: HardwareSettings = HardwareSettings()
    """Instance types and GPUs that are not in the catalog."""

    gpu: GpuSettings = GpuSettings()
    """Device plugins that advertise GPUs to the scheduler."""

    registry: RegistrySettings = RegistrySettings()
    """Image registries and retention."""

    storage: dict[Name, StorageSettings] = Field(default={})
    """Storage classes and stores by name."""

    backups: BackupSettings = BackupSettings()
    """Cross-region copies of backups; only with provider eks."""

    serving: ServingSettings = ServingSettings()
    """Served models and their clients."""

    gateway: GatewaySettings | None = None
    """Access to models from outside the cluster. Default: none, cluster-internal only."""

    teams: dict[Name, TeamSettings] = Field(default={})
    """Teams by name, with namespace, quota and budget."""

    extras: ExtrasSettings = ExtrasSettings()
    """Additional manifests and Helm charts."""

    telemetry: TelemetrySettings = TelemetrySettings()
    """Metrics of GPUs, nodes, objects and models. Default: enabled, except with local."""

    logs: LogSettings | None = None
    """Destinations of pod logs, node journals and Kubernetes events. Default: none, logs stay on nodes."""

    on_call: OnCallSettings | None = None
    """On-call members and their permissions in the cluster. Default: none."""

    budget: BudgetSettings | None = None
    """Monthly budget and the recipients of its alerts; only with provider eks. Default: none."""

    compliance: ComplianceSettings = ComplianceSettings()
    """Compliance frameworks that the platform must meet."""

    tags: dict[TagKey, TagValue] = Field(default={}, max_length=35)  # of 50 of a disk
    """Additional tags of every AWS resource; only with provider eks. Default: none."""

    production: Flag | None = None
    """Enforce the production rules. Default: as in policies/settings.yaml."""

    offline: Flag = False
    """Refuse settings that need internet access. Default: false."""

    protect: Flag = True
    """Deletion protection of data, KMS keys and the cluster; eks only. Default: true."""

    @property
    def mirror(self) -> str | None:
        """Mirror of all platform images; None for the publishers' registries."""
        if self.registry.mirror or not isinstance(self.cluster, EksSettings) or self.region is None:
            return self.registry.mirror
        return ecr_mirror(self.cluster.account, self.region, self.registry.prefix)

    @property
    def resolvers(self) -> Sequence[str]:
        """Addresses of NodeLocal DNSCache: the default one, unless an existing cluster has others."""
        return self.cluster.dns if isinstance(self.cluster, ExistingCluster) else (NODE_LOCAL_DNS,)

    @property
    def model_namespaces(self) -> set[str]:
        """Namespaces of the platform's own models, and of teams, which may have some."""
        own = {self.serving.namespace} if self.serving.models else set[str]()
        return own | {team.namespace or name for name, team in self.teams.items()}

    @property
    def serves_metrics(self) -> bool:
        """Whether the platform installs an adapter that serves metrics to autoscalers.

        The default is only on eks: an existing cluster may have an adapter whose API registration would be
        replaced, and with provider local an API without a server blocks the deletion of namespaces.
        """
        telemetry = self.telemetry
        if not telemetry.enabled or telemetry.prometheus is Collector.EXISTING:
            return False
        if telemetry.serve_metrics is not None:
            return telemetry.serve_metrics
        return isinstance(self.cluster, EksSettings) and not self.serving.metrics_served
