"""What pytest needs for the examples in docstrings and READMEs."""

import os
import re
import tempfile
from pathlib import Path

import pytest

# What is printed is compared in English, whatever the language of whoever runs the tests.
os.environ["AUTOGRAD_LITE_LANG"] = "en"

# Machine code that is kept from run to run is kept apart from the user's.
os.environ["AUTOGRAD_LITE_CACHE"] = str(Path(tempfile.gettempdir()) / "autograd-lite-tests")

# Lessons are scripts: tests/test_lessons.py runs them.
collect_ignore_glob = ["demos/lessons/lesson_*.py"]

# These rooms import JAX and PyTorch; the examples are those of `nn.tensors`.
collect_ignore = ["nn/with_jax.py", "nn/with_torch.py"]


@pytest.hookimpl(tryfirst=True)  # before those with a marker are left out
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the examples that need JAX or PyTorch: `nn.tensors.to_jax` and the like."""
    for item in items:
        needs = re.search(r"^nn\.tensors\.(?:to|from)_(\w+)$", item.name)
        if needs and isinstance(item, pytest.DoctestItem):
            item.add_marker(needs[1])


@pytest.fixture(autouse=True)
def examples_write_to_a_folder_of_their_own(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Run each example in an empty folder, so that what it saves does not land in the project."""
    if isinstance(request.node, pytest.DoctestItem):
        monkeypatch.chdir(tmp_path)
