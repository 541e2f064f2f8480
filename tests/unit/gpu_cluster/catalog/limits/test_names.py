"""Maximum lengths of AWS resource names match the AWS SDK's service models."""

import pytest

from gpu_cluster.catalog.limits import NAME_LIMITS, NAME_SOURCES
from tests.unit.gpu_cluster.catalog.service_models import longest

MODELLED = {
    "aws:backup/selection:Selection": ("backup", "CreateBackupSelection", "BackupSelection.SelectionName"),
    "aws:backup/vault:Vault": ("backup", "CreateBackupVault", "BackupVaultName"),
    "aws:budgets/budget:Budget": ("budgets", "CreateBudget", "Budget.BudgetName"),
    "aws:cloudwatch/eventRule:EventRule": ("events", "PutRule", "Name"),
    "aws:cloudwatch/eventTarget:EventTarget": ("events", "PutTargets", "Targets.0.Id"),
    "aws:cloudwatch/logGroup:LogGroup": ("logs", "CreateLogGroup", "logGroupName"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": ("cloudwatch", "PutMetricAlarm", "AlarmName"),
    "aws:ecr/repository:Repository": ("ecr", "CreateRepository", "repositoryName"),
    "aws:efs/fileSystem:FileSystem": ("efs", "CreateFileSystem", "CreationToken"),
    "aws:eks/cluster:Cluster": ("eks", "CreateCluster", "name"),
    "aws:iam/instanceProfile:InstanceProfile": ("iam", "CreateInstanceProfile", "InstanceProfileName"),
    "aws:iam/policy:Policy": ("iam", "CreatePolicy", "PolicyName"),
    "aws:iam/role:Role": ("iam", "CreateRole", "RoleName"),
    "aws:iam/rolePolicy:RolePolicy": ("iam", "PutRolePolicy", "PolicyName"),
    "aws:kms/alias:Alias": ("kms", "CreateAlias", "AliasName"),
    "aws:secretsmanager/secret:Secret": ("secretsmanager", "CreateSecret", "Name"),
}


@pytest.mark.parametrize("resource_type", MODELLED)
def test_name_limit_matches_the_aws_service_model(resource_type: str) -> None:
    assert NAME_LIMITS[resource_type].most == longest(*MODELLED[resource_type])


def test_name_limit_outside_the_service_models_cites_a_page() -> None:
    others = {key: it.source for key, it in NAME_LIMITS.items() if it.source != "model"}
    assert others.keys() == NAME_LIMITS.keys() - MODELLED.keys()
    assert all("/" in NAME_SOURCES[source].where for source in others.values())
