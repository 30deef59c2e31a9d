"""The lessons as notebooks: converted, and executed by a kernel (run with -m notebooks)."""

import importlib.util
import os

import pytest
from kernels import execute

from demos.contents import LESSONS
from demos.page import marked_up

if not os.environ.get("CI"):  # in CI a missing library is a failure, not a skip
    for library in ("jupytext", "nbclient", "ipykernel"):
        if importlib.util.find_spec(library) is None:
            pytest.skip(f"{library} is not installed", allow_module_level=True)

pytestmark = pytest.mark.notebooks


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_a_lesson_runs_as_a_notebook(lesson, language, tmp_path):
    from demos.notebooks import converted

    book = converted(lesson, language)
    texts = [cell.source for cell in book.cells if cell.cell_type == "markdown"]
    code = "\n".join(cell.source for cell in book.cells if cell.cell_type == "code")
    assert sum("<details>" in text for text in texts) in (2, 3)
    assert "page.say" not in code
    assert "page.ask" not in code

    execute(book, tmp_path)
    outputs = [output for cell in book.cells for output in cell.get("outputs", [])]
    assert not [output for output in outputs if output.output_type in ("error", "stream")
                and output.get("name") != "stdout"]  # fmt: skip
    shown = [output.data for output in outputs if output.output_type == "display_data"]
    heading = marked_up(f"# {lesson.number}. {lesson.title(language)}")
    assert heading in [data.get("text/markdown") for data in shown]
    assert any("image/png" in data or "image/gif" in data for data in shown)


def test_one_command_writes_a_notebook_for_each_lesson(tmp_path, capsys):
    import nbformat

    from demos.notebooks import main

    assert main(["--lang", "ja", "--out", str(tmp_path / "books")]) == 0
    books = sorted((tmp_path / "books").glob("*.ja.ipynb"))
    assert len(books) == len(LESSONS)
    for path in books:
        nbformat.validate(nbformat.read(path, as_version=4))
