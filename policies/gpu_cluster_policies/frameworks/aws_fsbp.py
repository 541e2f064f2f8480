"""AWS Foundational Security Best Practices, of the services that a platform is made of."""

from gpu_cluster_policies.frameworks.catalogue import Catalogue, Control

_ACCOUNT = "a setting of the account, which a stack does not make"

AWS_FSBP = Catalogue(
    title="AWS Foundational Security Best Practices 1.0.0",
    source="AWS Security Hub user guide, AWS Foundational Security Best Practices standard and its controls",
    date="2026-08",
    prefix="FSBP",
    scope="Controls of the services that a platform is made of; EC2.13, EC2.28, S3.14 and S3.17 are "
    "controls of Security Hub that other standards ask for.",
    controls=(
        Control("AutoScaling.2", "Groups are in several zones", (9,)),
        Control("AutoScaling.9", "Groups start from launch templates", (12,)),
        Control("Backup.1", "Recovery points are encrypted", (92,)),
        Control("EC2.1", "No snapshot is public", elsewhere=_ACCOUNT),
        Control("EC2.2", "Default security groups are closed"),
        Control("EC2.3", "Volumes are encrypted"),
        Control("EC2.6", "Flow logs are on"),
        Control("EC2.7", "Volumes are encrypted by default", (15,), _ACCOUNT),
        Control("EC2.8", "Servers ask for IMDSv2"),
        Control("EC2.9", "Servers have no public address"),
        Control("EC2.10", "EC2 is reached by an endpoint"),
        Control("EC2.13", "Nobody outside reaches port 22"),
        Control("EC2.15", "Subnets give out no public address"),
        Control("EC2.18", "Only authorized ports are open to all"),
        Control("EC2.19", "No port of high risk is open to all"),
        Control(
            "EC2.21", "Network ACLs close ports 22 and 3389", elsewhere="the platform makes no ACL of its own"
        ),
        Control("EC2.25", "Launch templates give no public address"),
        Control("EC2.28", "Volumes are backed up"),
        Control("EC2.170", "Launch templates ask for IMDSv2", (12,)),
        Control("ECR.1", "Images are scanned"),
        Control("ECR.2", "Tags do not change"),
        Control("ECR.3", "Old images expire"),
        Control("EFS.1", "File systems are encrypted"),
        Control("EFS.2", "File systems are backed up"),
        Control("EFS.3", "Access points have a root"),
        Control("EFS.4", "Access points have a user"),
        Control("EFS.6", "Mount targets are in private subnets", (26,)),
        Control("EKS.1", "The API server is not public"),
        Control("EKS.2", "EKS runs a supported version of Kubernetes"),
        Control("EKS.3", "Secrets are encrypted"),
        Control("EKS.8", "Audit logs are on"),
        Control("IAM.1", "No policy allows everything"),
        Control("IAM.2", "Users have no policies of their own", elsewhere="the platform makes no users"),
        Control("IAM.4", "The root user has no key", elsewhere=_ACCOUNT),
        Control("IAM.6", "The root user has a hardware factor", elsewhere=_ACCOUNT),
        Control(
            "IAM.21",
            "No policy allows all actions of a service",
            (44,),
            "which policies allow a whole service on resources that they name",
        ),
        Control("KMS.1", "No managed policy decrypts with every key"),
        Control("KMS.2", "No inline policy decrypts with every key"),
        Control("KMS.3", "Keys are not deleted by accident"),
        Control("KMS.4", "Keys rotate"),
        Control("KMS.5", "No key is public"),
        Control("S3.1", "The account blocks public access", elsewhere=_ACCOUNT),
        Control("S3.2", "Nobody outside reads", (35,)),
        Control("S3.3", "Nobody outside writes", (35,)),
        Control("S3.5", "Only by TLS"),
        Control(
            "S3.6", "No other account may change a bucket", elsewhere="policies of buckets made elsewhere"
        ),
        Control("S3.8", "Buckets block public access"),
        Control("S3.9", "Access is logged", elsewhere="data events of the organization's trail"),
        Control(
            "S3.12", "No ACLs", elsewhere="that every bucket is owned by its account, in the golden files"
        ),
        Control("S3.13", "Objects expire"),
        Control("S3.14", "Versions are kept"),
        Control("S3.17", "Objects are encrypted with a key of KMS"),
        Control(
            "SecretsManager.1",
            "Secrets rotate",
            elsewhere="the platform reads secrets and makes none of its own",
        ),
        Control("SQS.1", "Queues are encrypted", elsewhere="the queue of interruptions, in the golden files"),
    ),
)
