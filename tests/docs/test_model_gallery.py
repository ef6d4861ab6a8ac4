"""Every model has a page with formula, example and picture; a gap stops the build."""

import importlib.util
from pathlib import Path

import pytest

from gammapy.modeling.models import PowerLawSpectralModel

pytest.importorskip("sphinx", reason="sphinx is not installed")
pytest.importorskip("matplotlib", reason="matplotlib is not installed")

ROOT = Path(__file__).parents[2]


def load():
    spec = importlib.util.spec_from_file_location("model_gallery", ROOT / "docs/model_gallery.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


gallery = load()
PAGES = [
    (family, cls)
    for family in gallery.FAMILIES
    for classes in gallery.groups(family).values()
    for cls in classes
]
SPECTRAL = gallery.FAMILIES[0]


@pytest.mark.parametrize("family", gallery.FAMILIES, ids=lambda family: family.name)
def test_every_model_is_listed(family):
    ours = {c for c in family.registry if c.__module__.startswith("gammapy.")}
    assert {cls for other, cls in PAGES if other is family} == ours


@pytest.mark.parametrize("family", gallery.FAMILIES, ids=lambda family: family.name)
def test_no_example_without_a_model(family):
    tags = {cls.tag[-1] for other, cls in PAGES if other is family}
    assert {file.stem for file in (gallery.EXAMPLES / family.name).glob("*.py")} == tags


@pytest.mark.parametrize(("family", "cls"), PAGES, ids=[cls.__name__ for _, cls in PAGES])
def test_page(family, cls):
    shown = gallery.example(family, cls)
    text = gallery.page(family, cls, shown)
    assert "math:" in text
    assert shown.code.splitlines()[0] in text
    if shown.model is None:
        assert f"There is no picture here: {shown.why_not}." in text
        pytest.skip(shown.why_not)
    axes = gallery.picture(family, shown).axes[0]
    drawn = axes.lines[0].get_ydata() if axes.lines else axes.images[0].get_array()
    assert (drawn >= 0).all()
    assert drawn.max() > 0
    for name in cls.default_parameters.names:
        assert f"``{name}``" in text
    assert f"type: {cls.__name__}" in text


def test_a_gap_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setattr(gallery, "EXAMPLES", tmp_path)
    (tmp_path / "spectral").mkdir()
    with pytest.raises(ValueError, match=r"PowerLawSpectralModel: no example; write .*pl\.py"):
        gallery.example(SPECTRAL, PowerLawSpectralModel)
    (tmp_path / "spectral/pl.py").write_text("import gammapy.modelling")
    with pytest.raises(ModuleNotFoundError, match=r"gammapy\.modelling"):
        gallery.example(SPECTRAL, PowerLawSpectralModel)
    (tmp_path / "spectral/pl.py").write_text("model = None")
    with pytest.raises(ValueError, match=r"pl\.py must leave a PowerLawSpectralModel"):
        gallery.example(SPECTRAL, PowerLawSpectralModel)


def test_a_model_without_formula_is_an_error(monkeypatch):
    monkeypatch.setattr(PowerLawSpectralModel, "__doc__", "Power law.")
    monkeypatch.setattr("gammapy.modeling.models.spectral.powerlaw.__doc__", "Power laws.")
    with pytest.raises(ValueError, match="PowerLawSpectralModel: no formula"):
        gallery.description(PowerLawSpectralModel)
