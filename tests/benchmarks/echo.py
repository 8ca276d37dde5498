"""A bare grpcio server that echoes, the peer of a node's calls: prints its address, ends with its input.

python -m tests.benchmarks.echo
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import grpc

METHOD = "/echo.Echo/Echo"
THREADS = 64


def main() -> None:
    handler = grpc.unary_unary_rpc_method_handler(lambda request, _: request)
    service = grpc.method_handlers_generic_handler("echo.Echo", {"Echo": handler})
    server = grpc.server(ThreadPoolExecutor(THREADS), handlers=[service], options=(("grpc.so_reuseport", 0),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"127.0.0.1:{port}\n")
    sys.stdout.flush()
    sys.stdin.read()
    server.stop(0)


if __name__ == "__main__":
    main()
