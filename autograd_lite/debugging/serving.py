"""Where editors reach the adapter: over its standard input and output, or on a port of loopback.

On a port every connection is a session of its own. A program on this machine that is no editor,
such as a web page that guesses the port, is sent away before it can ask for anything: what it
sends does not begin as the protocol does.
"""

import os
import socketserver
import sys
from collections.abc import Callable
from io import BufferedReader
from typing import BinaryIO, cast

from autograd_lite.debugging.adapter import Adapter
from autograd_lite.debugging.protocol import Channel, Reader
from autograd_lite.debugging.script import HOST

__all__ = ["serve", "serve_on"]

BEGINNING = b"content-length"  # of all that an editor sends


def serve() -> None:
    """Serve one editor over standard input and output, until it is gone."""
    output = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what is printed by mistake is no message
    Adapter(Reader(sys.stdin.buffer), Channel(output)).serve()


class Connection(socketserver.StreamRequestHandler):
    """One editor's connection."""

    disable_nagle_algorithm = True

    def handle(self) -> None:
        """Serve it until it is gone, if it is an editor."""
        stream = cast("BufferedReader", self.rfile)
        first = stream.peek(len(BEGINNING))[: len(BEGINNING)].lower()
        if not first or not BEGINNING.startswith(first):
            return
        Adapter(Reader(stream), Channel(cast("BinaryIO", self.wfile))).serve()


class Server(socketserver.ThreadingTCPServer):
    """The port, on this machine only."""

    allow_reuse_address = os.name == "posix"
    daemon_threads = True


def serve_on(port: int, ready: Callable[[int], None]) -> None:
    """Serve editors on a port of loopback until we are interrupted; 0 takes one that is free.

    `ready` is told the port. Raises OSError if it is taken.
    """
    with Server((HOST, port), Connection) as server:
        ready(server.server_address[1])
        server.serve_forever()
