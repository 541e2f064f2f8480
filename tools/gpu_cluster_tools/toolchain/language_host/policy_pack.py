"""A policy pack needs its stack's name and configuration in its environment when it starts.

The engine tells them only to a policy pack that runs already. So a placeholder takes that first call,
the real pack is started with what it said, and every other call is passed on to it unread.
"""

import json
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from functools import partial
from typing import TypeVar, cast

import grpc
from pulumi.runtime.proto.analyzer_pb2 import AnalyzerStackConfigureRequest

from gpu_cluster_tools.toolchain.language_host.children import Chunk

_EMPTY = b""  # any message without fields, on the wire
_CONFIGURE = "/pulumirpc.Analyzer/ConfigureStack"
_HANDSHAKE = "/pulumirpc.Analyzer/Handshake"

_T = TypeVar("_T")


class StandIn(grpc.GenericRpcHandler):
    """Answers for a policy pack until that runs, then passes calls on as bytes."""

    def __init__(self) -> None:
        self._stack: Future[AnalyzerStackConfigureRequest] = Future()
        self._pack: Future[grpc.Channel] = Future()

    def register(self, server: grpc.Server) -> None:
        server.add_generic_rpc_handlers((self,))

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> "grpc.RpcMethodHandler[bytes, bytes]":
        method = handler_call_details.method
        if method == _HANDSHAKE:
            return grpc.unary_unary_rpc_method_handler(lambda *_: _EMPTY)
        if method == _CONFIGURE:
            return grpc.unary_unary_rpc_method_handler(self._configure)
        return grpc.unary_unary_rpc_method_handler(partial(self._pass_on, method))

    def environment(self, call: grpc.ServicerContext) -> dict[str, str]:
        """Wait until the engine sends the stack; return it as the variables that a policy pack reads.

        A use without a stack, such as listing the pack's policies, sends another request first and gets none.
        """
        call.add_callback(lambda: _settle(self._stack, AnalyzerStackConfigureRequest()))
        stack = self._stack.result()
        if not stack.stack:
            return {}
        organization = {"PULUMI_ORGANIZATION": stack.organization} if stack.organization else {}
        return organization | {
            "PULUMI_PROJECT": stack.project,
            "PULUMI_STACK": stack.stack,
            "PULUMI_DRY_RUN": "true" if stack.dry_run else "false",
            "PULUMI_CONFIG": json.dumps(dict(stack.config)),
        }

    def attach(self, chunks: Iterable[Chunk]) -> Iterator[Chunk]:
        """Take the port that the pack prints first out of its output, and pass calls on from then on."""
        line = b""
        for name, chunk in chunks:
            if name == "stderr" or self._pack.done():
                yield name, chunk
                continue
            line, newline, rest = (line + chunk).partition(b"\n")
            if newline:
                self._connect(line)
                yield "stdout", rest

    def close(self) -> None:
        """Let calls fail that wait for a pack which has ended, or never started."""
        with suppress(InvalidStateError):
            self._pack.set_exception(
                ConnectionError("the policy pack ended before it could be asked anything")
            )

    def _connect(self, port: bytes) -> None:
        channel = grpc.insecure_channel(
            f"127.0.0.1:{int(port)}",
            options=[("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)],
        )
        with suppress(grpc.RpcError):  # older packs do not know the call
            _ask(channel, _CONFIGURE, self._stack.result().SerializeToString())
        self._pack.set_result(channel)

    def _configure(self, request: bytes, _call: grpc.ServicerContext) -> bytes:
        _settle(self._stack, AnalyzerStackConfigureRequest.FromString(request))
        return _EMPTY

    def _pass_on(self, method: str, request: bytes, call: grpc.ServicerContext) -> bytes:
        _settle(self._stack, AnalyzerStackConfigureRequest())
        try:
            return _ask(self._pack.result(), method, request)
        except ConnectionError as error:
            call.abort(grpc.StatusCode.UNAVAILABLE, str(error))
        except grpc.RpcError as error:
            call.abort(error.code(), error.details() or "")


def _ask(channel: grpc.Channel, method: str, request: bytes) -> bytes:
    call = cast("grpc.UnaryUnaryMultiCallable[bytes, bytes]", channel.unary_unary(method))
    return call(request)


def _settle(future: Future[_T], value: _T) -> None:
    with suppress(InvalidStateError):  # only the first one counts
        future.set_result(value)
