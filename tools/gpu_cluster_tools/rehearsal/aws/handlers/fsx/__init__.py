"""FSx for Lustre, and the buckets linked to its file systems."""

from collections.abc import Mapping

from gpu_cluster_tools.rehearsal.aws.handlers.fsx import associations, file_systems, tags
from gpu_cluster_tools.rehearsal.aws.router import Operation

OPERATIONS: Mapping[str, Operation] = {
    "CreateFileSystem": file_systems.create,
    "DescribeFileSystems": file_systems.describe,
    "UpdateFileSystem": file_systems.update,
    "DeleteFileSystem": file_systems.delete,
    "CreateDataRepositoryAssociation": associations.create,
    "DescribeDataRepositoryAssociations": associations.describe,
    "UpdateDataRepositoryAssociation": associations.update,
    "DeleteDataRepositoryAssociation": associations.delete,
    "TagResource": tags.tag,
    "UntagResource": tags.untag,
    "ListTagsForResource": tags.list_tags,
}
