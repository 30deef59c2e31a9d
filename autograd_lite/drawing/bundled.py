"""`python -I .../bundled.py FOLDER FORMAT ENGINE`: DOT on stdin -> a picture on stdout.

By the Graphviz inside pygraphviz's wheels, which has no `dot` program. It is a C library that
writes its warnings straight to the terminal, and where it fails it takes its process with it; so
`render` starts it as a process of its own. That process is isolated: of the working folder, where
a learner may keep a `random.py`, nothing is on its path.
"""

import sys

__all__ = ["main"]


def main(folder: str, format: str, engine: str) -> None:
    """Draw the DOT text of stdin in a format to stdout, laid out by an engine.

    folder      where pygraphviz is installed; looked at last, so that nothing there hides a
                module of Python's own
    """
    sys.path.append(folder)
    import pygraphviz

    graph = pygraphviz.AGraph(string=sys.stdin.buffer.read().decode("utf-8"))
    sys.stdout.buffer.write(graph.draw(format=format, prog=engine))


if __name__ == "__main__":
    main(*sys.argv[1:])
