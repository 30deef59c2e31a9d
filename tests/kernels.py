"""Notebooks executed by a kernel, as nbclient does it."""

from pathlib import Path
from typing import Any

ATTEMPTS = 3


def execute(book: Any, folder: Path) -> None:
    """Execute the cells of a notebook in a folder; their outputs are then in the notebook."""
    from nbclient import NotebookClient

    resources = {"metadata": {"path": str(folder)}}
    for attempt in range(1, ATTEMPTS + 1):
        client = NotebookClient(book, timeout=120, kernel_name="python3", resources=resources)
        try:
            client.execute()
            return
        except RuntimeError as error:  # two kernels that start at once may choose one port
            if attempt == ATTEMPTS or "Kernel died before replying" not in str(error):
                raise
