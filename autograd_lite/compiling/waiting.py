"""A word on the terminal while a large graph is compiled: from a second on, and every second.

>>> with waiting():
...     print("nobody waits where no terminal is")
nobody waits where no terminal is
"""

import sys
import time
from threading import Event, Thread
from types import TracebackType
from typing import IO

from autograd_lite.console import console_text, width_of
from autograd_lite.words import text

__all__ = ["waiting"]

EVERY = 1.0  # seconds


class waiting:
    """Say on a terminal how long a `with` block takes, from a second on; afterwards it is gone.

    The words go to the standard errors, from a thread of their own: LLVM does not come back in
    between. Nothing is said, and no thread started, where they are no terminal.
    """

    def __init__(self) -> None:
        self.done = Event()
        self.thread: Thread | None = None

    def __enter__(self) -> None:
        output = sys.stderr
        if output is not None and getattr(output, "isatty", bool)():
            self.thread = Thread(target=self.tell, args=(output,), daemon=True)
            self.thread.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.done.set()
        if self.thread is not None:
            self.thread.join()

    def tell(self, output: IO[str]) -> None:
        """Write, once a second, how many have passed; at the end clear the line."""
        start = time.perf_counter()
        words = ""
        try:
            while not self.done.wait(EVERY):
                seconds = round(time.perf_counter() - start)
                words = console_text(text("compile.waiting", seconds=seconds), output)
                output.write(f"\r{words}")
                output.flush()
            if words:
                output.write(f"\r{' ' * width_of(words)}\r")
                output.flush()
        except (OSError, ValueError):  # the terminal was closed: nobody is there to read
            return
