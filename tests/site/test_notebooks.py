"""Notebooks that the site offers run from their first cell to their last, and show what a cell ends with."""

import nbformat
import pytest
from nbclient import NotebookClient

from tests.site.pages import SITE

GALLERY = SITE.parents[1] / "docs" / "gallery"


@pytest.mark.parametrize("name", ["plasticity", "settles", "your_own_graph"])
def test_a_notebook_runs_and_shows_pictures_or_tables(name, tmp_path):
    notebook = nbformat.read(GALLERY / f"{name}.ipynb", as_version=4)
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": tmp_path}}).execute()
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error"]
    assert any({"text/html", "image/png"} & set(output.get("data", ())) for output in outputs)
    assert notebook.cells[0].source.startswith("\n# ") or notebook.cells[0].source.startswith("# ")
