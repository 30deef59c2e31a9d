"""What pytest needs for the examples in docstrings and READMEs."""

import os
import tempfile
from pathlib import Path

import pytest

# What is printed is compared in English, whatever the language of whoever runs the tests.
os.environ["AUTOGRAD_LITE_LANG"] = "en"

# Machine code that is kept from run to run is kept apart from the user's.
os.environ["AUTOGRAD_LITE_CACHE"] = str(Path(tempfile.gettempdir()) / "autograd-lite-tests")

# Lessons are scripts: tests/test_lessons.py runs them.
collect_ignore_glob = ["demos/lessons/lesson_*.py"]


@pytest.fixture(autouse=True)
def examples_write_to_a_folder_of_their_own(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Run each example in an empty folder, so that what it saves does not land in the project."""
    if isinstance(request.node, pytest.DoctestItem):
        monkeypatch.chdir(tmp_path)
