"""A failure after which the engine keeps the resource in its state, as one that was not finished."""

from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf.any_pb2 import Any as Packed
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto.provider_pb2 import ErrorResourceInitFailed
from pulumi.runtime.proto.status_pb2 import Status

_DETAILS = "grpc-status-details-bin"  # where gRPC carries a whole status: its specification of errors


class PartialFailure(Exception):  # noqa: N818  # the engine's word
    """A resource exists under this id, with these properties, and is not what was asked for."""

    def __init__(self, reason: str, id: str, properties: Struct, inputs: Struct) -> None:
        super().__init__(reason)
        detail = Packed()
        detail.Pack(ErrorResourceInitFailed(id=id, properties=properties, reasons=[reason], inputs=inputs))
        code = grpc.StatusCode.UNKNOWN
        status = Status(code=code.value[0], message=reason, details=[detail])
        self.status: grpc.Status = _Status(code, reason, ((_DETAILS, status.SerializeToString()),))


@dataclass(frozen=True)
class _Status(grpc.Status):
    code: grpc.StatusCode
    details: str
    trailing_metadata: Any
