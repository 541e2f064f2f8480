"""AWS Foundational Security Best Practices, of the services that a platform is made of."""

from gpu_cluster_policies.frameworks.catalogue import Catalogue, Control

_ACCOUNT = "an account setting, outside the stack"

AWS_FSBP = Catalogue(
    title="AWS Foundational Security Best Practices 1.0.0",
    source="AWS Security Hub user guide, AWS Foundational Security Best Practices standard and its controls",
    date="2026-08",
    prefix="FSBP",
    scope="Controls of the services that the platform uses. EC2.13, EC2.28, S3.14 and S3.17 are Security "
    "Hub controls of other standards.",
    controls=(
        Control("AutoScaling.2", "Auto Scaling groups span several zones", (9,)),
        Control("AutoScaling.9", "Auto Scaling groups use launch templates", (12,)),
        Control("Backup.1", "Recovery points are encrypted", (92,)),
        Control("EC2.1", "Snapshots are not public", elsewhere=_ACCOUNT),
        Control("EC2.2", "Default security groups have no rules"),
        Control("EC2.3", "Volumes are encrypted"),
        Control("EC2.6", "VPC flow logs are enabled"),
        Control("EC2.7", "Volumes are encrypted by default", (15,), _ACCOUNT),
        Control("EC2.8", "Instances require IMDSv2"),
        Control("EC2.9", "Instances have no public IP address"),
        Control("EC2.10", "EC2 has an interface endpoint"),
        Control("EC2.13", "Port 22 is not open to the internet"),
        Control("EC2.15", "Subnets assign no public IP addresses"),
        Control("EC2.18", "Only authorized ports are open to the internet"),
        Control("EC2.19", "High-risk ports are not open to the internet"),
        Control(
            "EC2.21", "Network ACLs close ports 22 and 3389", elsewhere="the platform creates no network ACLs"
        ),
        Control("EC2.25", "Launch templates assign no public IP addresses"),
        Control("EC2.28", "Volumes are backed up"),
        Control("EC2.170", "Launch templates require IMDSv2", (12,)),
        Control("ECR.1", "Images are scanned"),
        Control("ECR.2", "Image tags are immutable"),
        Control("ECR.3", "Repositories have a lifecycle policy"),
        Control("EFS.1", "File systems are encrypted"),
        Control("EFS.2", "File systems are backed up"),
        Control("EFS.3", "Access points enforce a root directory"),
        Control("EFS.4", "Access points enforce a user"),
        Control("EFS.6", "Mount targets are in private subnets", (26,)),
        Control("EKS.1", "The API server is not public"),
        Control("EKS.2", "EKS runs a supported version of Kubernetes"),
        Control("EKS.3", "Secrets are encrypted"),
        Control("EKS.8", "Audit logs are enabled"),
        Control("IAM.1", "No policy grants full administrative access"),
        Control("IAM.2", "IAM users have no attached policies", elsewhere="the platform creates no users"),
        Control("IAM.4", "The root user has no access key", elsewhere=_ACCOUNT),
        Control("IAM.6", "The root user has hardware MFA", elsewhere=_ACCOUNT),
        Control(
            "IAM.21",
            "No policy allows all actions of a service",
            (44,),
            "policies that allow all actions of a service on named resources",
        ),
        Control("KMS.1", "No managed policy decrypts with every key"),
        Control("KMS.2", "No inline policy decrypts with every key"),
        Control("KMS.3", "KMS keys are not scheduled for deletion"),
        Control("KMS.4", "KMS keys rotate automatically"),
        Control("KMS.5", "KMS keys are not public"),
        Control("S3.1", "The account blocks public access", elsewhere=_ACCOUNT),
        Control("S3.2", "No public read access", (35,)),
        Control("S3.3", "No public write access", (35,)),
        Control("S3.5", "TLS is required"),
        Control(
            "S3.6",
            "Other accounts cannot change bucket settings",
            elsewhere="policies of buckets outside the stack",
        ),
        Control("S3.8", "Buckets block public access"),
        Control("S3.9", "Access logging is enabled", elsewhere="data events of the organization's trail"),
        Control(
            "S3.12", "ACLs are not used", elsewhere="bucket owner enforced ownership, in the golden files"
        ),
        Control("S3.13", "Objects expire"),
        Control("S3.14", "Versioning is enabled"),
        Control("S3.17", "Objects are encrypted with a KMS key"),
        Control(
            "SecretsManager.1",
            "Secrets rotate automatically",
            elsewhere="the platform reads secrets and creates none",
        ),
        Control("SQS.1", "Queues are encrypted", elsewhere="the interruption queue, in the golden files"),
    ),
)
