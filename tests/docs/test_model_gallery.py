"""Every spectral model has a page with formula, example and picture; a gap stops the build."""

import importlib.util
from pathlib import Path

import pytest

from gammapy.modeling.models import SPECTRAL_MODEL_REGISTRY, PowerLawSpectralModel

pytest.importorskip("sphinx", reason="sphinx is not installed")
pytest.importorskip("matplotlib", reason="matplotlib is not installed")

ROOT = Path(__file__).parents[2]


def load():
    spec = importlib.util.spec_from_file_location("model_gallery", ROOT / "docs/model_gallery.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


gallery = load()
CLASSES = [cls for classes in gallery.families().values() for cls in classes]


def test_every_model_is_listed():
    ours = {c for c in SPECTRAL_MODEL_REGISTRY if c.__module__.startswith("gammapy.")}
    assert set(CLASSES) == ours


def test_no_example_without_a_model():
    tags = {cls.tag[-1] for cls in CLASSES}
    assert {file.stem for file in gallery.EXAMPLES.glob("*.py")} == tags


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_page(cls):
    shown = gallery.example(cls)
    text = gallery.page(cls, shown)
    assert "math:" in text
    assert shown.code.splitlines()[0] in text
    if shown.model is None:
        assert f"There is no picture here: {shown.why_not}." in text
        pytest.skip(shown.why_not)
    line = gallery.picture(shown).axes[0].lines[0]
    assert (line.get_ydata() >= 0).all()
    assert line.get_ydata().max() > 0
    for name in cls.default_parameters.names:
        assert f"``{name}``" in text
    assert f"type: {cls.__name__}" in text


def test_a_gap_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setattr(gallery, "EXAMPLES", tmp_path)
    with pytest.raises(ValueError, match=r"PowerLawSpectralModel: no example; write .*pl\.py"):
        gallery.example(PowerLawSpectralModel)
    (tmp_path / "pl.py").write_text("import gammapy.modelling")
    with pytest.raises(ModuleNotFoundError, match=r"gammapy\.modelling"):
        gallery.example(PowerLawSpectralModel)
    (tmp_path / "pl.py").write_text("model = None")
    with pytest.raises(ValueError, match=r"pl\.py must leave a PowerLawSpectralModel"):
        gallery.example(PowerLawSpectralModel)


def test_a_model_without_formula_is_an_error(monkeypatch):
    monkeypatch.setattr(PowerLawSpectralModel, "__doc__", "Power law.")
    monkeypatch.setattr("gammapy.modeling.models.spectral.powerlaw.__doc__", "Power laws.")
    with pytest.raises(ValueError, match="PowerLawSpectralModel: no formula"):
        gallery.description(PowerLawSpectralModel)
