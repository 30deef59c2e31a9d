"""The lessons as notebooks: converted, and executed by a kernel (run with -m notebooks)."""

import importlib.util
import os

import pytest

from demos.contents import LESSONS

if not os.environ.get("CI"):  # in CI a missing library is a failure, not a skip
    for library in ("jupytext", "nbclient", "ipykernel"):
        if importlib.util.find_spec(library) is None:
            pytest.skip(f"{library} is not installed", allow_module_level=True)

pytestmark = pytest.mark.notebooks


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_a_lesson_runs_as_a_notebook(lesson, language, tmp_path):
    from nbclient import NotebookClient

    from demos.notebooks import converted

    book = converted(lesson, language)
    texts = [cell.source for cell in book.cells if cell.cell_type == "markdown"]
    code = "\n".join(cell.source for cell in book.cells if cell.cell_type == "code")
    assert sum("<details>" in text for text in texts) in (2, 3)
    assert "page.say" not in code
    assert "page.ask" not in code

    resources = {"metadata": {"path": str(tmp_path)}}
    for attempt in range(3):
        try:
            NotebookClient(book, timeout=120, kernel_name="python3", resources=resources).execute()
            break
        except RuntimeError as error:  # two kernels that start at once may choose one port
            if attempt == 2 or "Kernel died before replying" not in str(error):
                raise
    outputs = [output for cell in book.cells for output in cell.get("outputs", [])]
    assert not [output for output in outputs if output.output_type in ("error", "stream")
                and output.get("name") != "stdout"]  # fmt: skip
    shown = [output.data for output in outputs if output.output_type == "display_data"]
    assert f"# {lesson.number}. {lesson.title(language)}" in [d.get("text/markdown") for d in shown]
    assert any("image/png" in data or "image/gif" in data for data in shown)


def test_one_command_writes_a_notebook_for_each_lesson(tmp_path, capsys):
    import nbformat

    from demos.notebooks import main

    assert main(["--lang", "ja", "--out", str(tmp_path / "books")]) == 0
    books = sorted((tmp_path / "books").glob("*.ja.ipynb"))
    assert len(books) == len(LESSONS)
    for path in books:
        nbformat.validate(nbformat.read(path, as_version=4))
