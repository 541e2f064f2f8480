"""The stack file as one model: every section with its defaults."""

from pydantic import Field

from gpu_cluster.config.backups import BackupSettings
from gpu_cluster.config.budget import BudgetSettings
from gpu_cluster.config.cluster import ClusterSettings
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
from gpu_cluster.config.serving import ServingSettings
from gpu_cluster.config.settings import Settings
from gpu_cluster.config.storage import StorageSettings
from gpu_cluster.config.tags import TagKey, TagValue
from gpu_cluster.config.team_grants import TeamSettings
from gpu_cluster.config.telemetry import Collector, TelemetrySettings


class Stack(Settings):
    """Everything that a stack file says."""

    region: NonBlank | None = Field(default=None, alias="aws:region")
    """AWS region of all resources, such as eu-central-1; required with provider eks. Default: none."""

    cluster: ClusterSettings
    """Where the platform runs."""

    network: NetworkSettings | None = None
    """The VPC of the cluster; required with provider eks. Default: none."""

    pools: dict[Name, PoolSettings] = Field(json_schema_extra={"minProperties": 1})
    """Node pools by name."""

    hardware: HardwareSettings = HardwareSettings()
    """Instance types and GPUs that the catalog lacks."""

    gpu: GpuSettings = GpuSettings()
    """Device plugins that make GPUs visible to the scheduler."""

    registry: RegistrySettings = RegistrySettings()
    """Where images come from."""

    storage: dict[Name, StorageSettings] = Field(default={})
    """Storage classes and stores by name."""

    backups: BackupSettings = BackupSettings()
    """Where backups of disks and file systems are copied to; only with provider eks."""

    serving: ServingSettings = ServingSettings()
    """The models that are served, and who may call them."""

    gateway: GatewaySettings | None = None
    """The way to the models from outside of the cluster. Default: none, inside of it alone."""

    teams: dict[Name, TeamSettings] = Field(default={})
    """Teams by name, and what each may use."""

    extras: ExtrasSettings = ExtrasSettings()
    """Manifests and Helm charts that belong to the stack."""

    telemetry: TelemetrySettings = TelemetrySettings()
    """Metrics of GPUs, nodes, objects and models, and who collects them. Default: on, but with local."""

    logs: LogSettings | None = None
    """Logs of pods and nodes and events, and where they are kept. Default: none, nodes alone have them."""

    on_call: OnCallSettings | None = None
    """Who answers alerts, and what they may do in the cluster. Default: none."""

    budget: BudgetSettings | None = None
    """Monthly budget, and the recipients of its alerts; only with provider eks. Default: none."""

    compliance: ComplianceSettings = ComplianceSettings()
    """Compliance frameworks that the platform must meet."""

    tags: dict[TagKey, TagValue] = Field(default={}, max_length=35)  # of 50 of a disk
    """Tags of every AWS resource, beside the platform's own; only with provider eks. Default: none."""

    production: Flag | None = None
    """Whether production rules stop an update. Default: whether policies/settings.yaml names the stack so."""

    offline: Flag = False
    """Whether validation refuses whatever would be fetched from the internet. Default: false."""

    protect: Flag = True
    """Whether what holds data, the keys and the cluster refuse to be destroyed; eks only. Default: true."""

    @property
    def mirror(self) -> str | None:
        """Where every image of the platform comes from; None for the registries that publish them."""
        if self.registry.mirror or not isinstance(self.cluster, EksSettings) or self.region is None:
            return self.registry.mirror
        return ecr_mirror(self.cluster.account, self.region, self.registry.prefix)

    @property
    def serves_metrics(self) -> bool:
        """Whether the platform's own adapter serves metrics to autoscalers, where there is one to serve.

        By default only on eks: an existing cluster may have an adapter, whose API this one would take over,
        and on this machine an API without a server keeps namespaces from being deleted.
        """
        telemetry = self.telemetry
        if not telemetry.enabled or telemetry.prometheus is Collector.EXISTING:
            return False
        if telemetry.serve_metrics is not None:
            return telemetry.serve_metrics
        return isinstance(self.cluster, EksSettings) and not self.serving.metrics_served
