"""`python -m autograd_lite.drawing.bundled FORMAT ENGINE`: DOT on stdin -> a picture on stdout.

By the Graphviz inside pygraphviz's wheels, which has no `dot` program. It is a C library that
writes its warnings straight to the terminal, so `render` starts it as a process of its own.
"""

import sys

__all__ = ["main"]


def main(format: str, engine: str) -> None:
    """Draw the DOT text of stdin in a format to stdout, laid out by an engine."""
    import pygraphviz

    graph = pygraphviz.AGraph(string=sys.stdin.buffer.read().decode("utf-8"))
    sys.stdout.buffer.write(graph.draw(format=format, prog=engine))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
