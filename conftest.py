"""What pytest needs for the examples in docstrings and READMEs."""

from pathlib import Path

import pytest

# Lessons are scripts: tests/test_lessons.py runs them.
collect_ignore_glob = ["demos/lessons/lesson_*.py"]


@pytest.fixture(autouse=True)
def examples_write_to_a_folder_of_their_own(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Run each example in an empty folder, so that what it saves does not land in the project."""
    if isinstance(request.node, pytest.DoctestItem):
        monkeypatch.chdir(tmp_path)
