"""Each example is a notebook too: it runs in a kernel, with its pictures and without a warning."""

import os
import shutil
from pathlib import Path

import pytest

nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed (extra 'test')")
nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed (extra 'test')")
pytest.importorskip("ipykernel", reason="ipykernel is not installed (extra 'test')")
gallery = pytest.importorskip(
    "sphinx_gallery.notebook", reason="sphinx-gallery is not installed (extra 'test')"
)

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted((ROOT / "examples").glob("*.py"))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A copy of what examples read; kernels import the package of this checkout."""
    for name in ("examples", "benchmarks"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.delenv("MPLBACKEND", raising=False)  # the kernel has its own, for notebooks
    monkeypatch.delenv("GAMMAPY_DATA", raising=False)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    return tmp_path / "examples"


def executed(script):
    """The notebook that is made of a script, with its outputs."""
    gallery.python_to_jupyter_cli([str(script)])
    notebook = nbformat.read(script.with_suffix(".ipynb"), as_version=4)
    place = {"metadata": {"path": str(script.parent)}}
    nbclient.NotebookClient(notebook, timeout=120, resources=place).execute()
    return notebook


def outputs(notebook):
    return [output for cell in notebook.cells for output in cell.get("outputs", ())]


def warnings_of(notebook):
    """Text that the notebook wrote to the standard error."""
    streams = [output for output in outputs(notebook) if output.output_type == "stream"]
    return "".join(output.text for output in streams if output.name == "stderr")


def pictures_of(notebook):
    return [output for output in outputs(notebook) if "image/png" in output.get("data", ())]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_notebook_runs(script, folder):
    before = sorted(os.listdir(folder))
    notebook = executed(folder / script.name)
    assert warnings_of(notebook) == ""
    assert len(pictures_of(notebook)) == script.read_text().count("plt.show()")
    assert sorted(os.listdir(folder)) == sorted([*before, script.with_suffix(".ipynb").name])


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_prose_is_legible_in_a_notebook(script, folder):
    """Directives and references of Sphinx would stand there as they are."""
    gallery.python_to_jupyter_cli([str(folder / script.name)])
    notebook = nbformat.read((folder / script.name).with_suffix(".ipynb"), as_version=4)
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    assert "::" not in prose
    assert "`~" not in prose
    assert ":`" not in prose


def test_a_script_that_fails_or_warns_is_seen(folder):
    script = folder / "example.py"
    script.write_text('"""\nTitle\n=====\n"""\nimport warnings\nwarnings.warn("odd")\n')
    assert "odd" in warnings_of(executed(script))
    script.write_text('"""\nTitle\n=====\n"""\n1 / 0\n')
    with pytest.raises(nbclient.exceptions.CellExecutionError, match="ZeroDivisionError"):
        executed(script)
