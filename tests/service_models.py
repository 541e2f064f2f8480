"""Service models of the AWS SDK, which has no types."""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from functools import cache
from typing import Any

from botocore.session import Session


def parameters_of(service: str, operation: str) -> Any:
    """The shape of an operation's parameters, a botocore `StructureShape`."""
    return _operation(service, operation).input_shape


def operation_errors(service: str, operation: str) -> set[str]:
    """Codes of the errors that the service's model lists for an operation."""
    shapes: list[Any] = _operation(service, operation).error_shapes
    return {shape.metadata.get("error", {}).get("code", shape.name) for shape in shapes}


@cache
def operations_of(service: str) -> frozenset[str]:
    """Names of the operations of a service."""
    model: Any = Session().get_service_model(service)
    return frozenset(model.operation_names)


@cache
def _operation(service: str, operation: str) -> Any:
    return Session().get_service_model(service).operation_model(operation)
