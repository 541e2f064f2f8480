"""Kinds of AWS resources that several rules speak of, by their Pulumi types."""

AUTOSCALING_GROUP = "aws:autoscaling/group:Group"
BUCKETS = frozenset(("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"))
CLUSTER = "aws:eks/cluster:Cluster"
CUSTOMER_POLICIES = frozenset(("aws:iam/policy:Policy",))
INSTANCES = frozenset(("aws:ec2/instance:Instance", "aws:ec2/spotInstanceRequest:SpotInstanceRequest"))
LAUNCH_CONFIGURATION = "aws:ec2/launchConfiguration:LaunchConfiguration"
LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
NODE_CLASS = "EC2NodeClass"
NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
NODE_POOL = "NodePool"
REPOSITORY = "aws:ecr/repository:Repository"
REPOSITORY_TEMPLATE = "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate"
ROLE = "aws:iam/role:Role"
SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup"
SECURITY_GROUP_RULES = frozenset(
    (
        "aws:ec2/securityGroupRule:SecurityGroupRule",
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    )
)
SPOT_FLEET = "aws:ec2/spotFleetRequest:SpotFleetRequest"
SUBNETS = frozenset(("aws:ec2/subnet:Subnet", "aws:ec2/defaultSubnet:DefaultSubnet"))
VPCS = frozenset(("aws:ec2/vpc:Vpc", "aws:ec2/defaultVpc:DefaultVpc"))
