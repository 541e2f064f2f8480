"""gRPC servers on 127.0.0.1, as the engine expects them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import grpc

# A call may wait for another one (a policy pack for its configuration), so threads must not run out.
_CALLS_AT_ONCE = 64


def serve(register: Callable[[grpc.Server], None]) -> tuple[grpc.Server, int]:
    """Start a server with what `register` adds to it; return it and its port."""
    server = grpc.server(
        ThreadPoolExecutor(_CALLS_AT_ONCE),
        options=[("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)],
    )
    register(server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port
