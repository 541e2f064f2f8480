"""Records of FSx in the account."""

from gpu_cluster_tools.rehearsal.aws.api import ApiError
from gpu_cluster_tools.rehearsal.aws.handlers.in_memory_store import Document, InMemoryStore

FILE_SYSTEMS = InMemoryStore(lambda id: ApiError("FileSystemNotFound", f"File system '{id}' does not exist."))
ASSOCIATIONS = InMemoryStore(
    lambda id: ApiError(
        "DataRepositoryAssociationNotFound", f"Data repository association '{id}' does not exist."
    )
)


def associations_of(region: str, file_system: str) -> list[Document]:
    return [each for each in ASSOCIATIONS.all(region) if each["FileSystemId"] == file_system]
