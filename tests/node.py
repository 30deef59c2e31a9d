"""Node, which runs the page's script and compiled JavaScript in the tests."""

import os
import shutil
import subprocess

import pytest

__all__ = ["node"]


def node(*arguments, said=None):
    """Run Node; without it, skip the test, or fail it where Node is meant to be there."""
    found = shutil.which("node")
    if found is None:
        reason = "node is missing (apt-get install nodejs): it runs the JavaScript that is tested"
        if os.environ.get("CI"):
            pytest.fail(f"{reason}, and CI must have it")
        pytest.skip(reason)
    return subprocess.run(
        [found, *map(str, arguments)],
        input=said,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
