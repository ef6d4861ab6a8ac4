"""Shared and linked parameters, in the tree and back."""

import astropy.units as u
import pytest

from gammapy.errors import FileFormatError, LinkError
from gammapy.modeling.models import (
    LogParabolaSpectralModel,
    Models,
    PowerLawSpectralModel,
    SkyModel,
)


def pair(one="a", two="b"):
    spectra = PowerLawSpectralModel(), LogParabolaSpectralModel()
    models = [SkyModel(m, name=n) for m, n in zip(spectra, (one, two), strict=True)]
    return Models(models), *spectra


def row(tree, component, name):
    rows = tree["components"][component]["spectral"]["parameters"]
    return next(r for r in rows if r["name"] == name)


def test_shared_under_one_name_is_a_label_on_every_use():
    models, a, b = pair()
    b.amplitude = a.amplitude
    tree = models.to_dict()
    label = "amplitude@a.spectral.amplitude"
    assert row(tree, 0, "amplitude")["link"] == row(tree, 1, "amplitude")["link"] == label
    assert row(tree, 1, "amplitude")["value"] == 1e-12  # in full, for other readers
    again = Models.from_dict(tree)
    assert again["a"].spectral_model.amplitude is again["b"].spectral_model.amplitude


@pytest.mark.parametrize("order", [["a", "b"], ["b", "a"]])
def test_shared_under_two_names(order):
    models, a, b = pair()
    b.alpha = a.index
    models = models[order]
    tree = models.to_dict()
    assert row(tree, order.index("b"), "alpha") == {
        "name": "alpha",
        "link": {"share": "a.spectral.index"},
    }
    assert "link" not in row(tree, order.index("a"), "index")
    again = Models.from_dict(tree)
    shared = again["b"].spectral_model.alpha
    assert shared is again["a"].spectral_model.index
    assert shared.name == "index"


def test_shared_and_linked_at_once():
    models, a, b = pair()
    b.amplitude = a.amplitude
    a.amplitude.link = a.index * (1e-12 * a.amplitude.unit)
    tree = models.to_dict()
    assert row(tree, 1, "amplitude")["link"] == {"share": "a.spectral.amplitude"}
    again = Models.from_dict(tree)
    assert again["b"].spectral_model.amplitude is again["a"].spectral_model.amplitude
    again["a"].spectral_model.index.value = 3
    assert again["b"].spectral_model.amplitude.value == pytest.approx(3e-12, rel=1e-15)


@pytest.mark.parametrize("order", [["crab", "b.spectral"], ["b.spectral", "crab"]])
def test_expression(order):
    models, a, b = pair("crab", "b.spectral")
    b.amplitude.link = 0.5 * a.amplitude - 1e-13 * u.Unit("cm-2 s-1 TeV-1")
    tree = models[order].to_dict()
    entry = row(tree, order.index("b.spectral"), "amplitude")
    half = {"mul": [0.5, "crab.spectral.amplitude"]}
    assert entry["link"] == {"sub": [half, {"value": 1e-13, "unit": "TeV-1 s-1 cm-2"}]}
    assert "value" not in entry
    again = Models.from_dict(tree)
    again["crab"].spectral_model.amplitude.value = 4e-12
    assert again["b.spectral"].spectral_model.amplitude.value == pytest.approx(1.9e-12, rel=1e-15)


def test_dots_in_names_keep_paths_apart():
    models = Models(
        SkyModel(PowerLawSpectralModel(index=i), name=name)
        for i, name in enumerate(["a", "a.spectral", "a.spectral.index", "b"], 1)
    )
    spectra = [model.spectral_model for model in models]
    for source, value in zip(spectra[:3], (10, 20, 30), strict=True):
        spectra[3].index.link = 10 * source.index
        assert Models.from_dict(models.to_dict())["b"].spectral_model.index.value == value


def test_equal_keeps_its_own_unit_and_bounds():
    models, a, b = pair()
    b.reference.unit = "GeV"
    b.reference.max = 5000
    b.reference.link = a.reference
    tree = models.to_dict()
    assert row(tree, 1, "reference")["link"] == {"equal": "a.spectral.reference"}
    parameter = Models.from_dict(tree)["b"].spectral_model.reference
    assert (parameter.value, str(parameter.unit), parameter.max) == (1000, "GeV", 5000)


def test_parameter_of_no_written_model_is_refused():
    models, a, b = pair()
    b.alpha.link = 2 * a.index
    message = r"b\.spectral\.alpha is linked to .*index.*none of the models.*\.link = None"
    with pytest.raises(LinkError, match=message):
        models[["b"]].to_dict()
    with pytest.raises(LinkError, match=r"spectral\.alpha"):
        b.to_dict()


def test_leaf_that_is_absent_from_the_file_has_its_default():
    tree = pair()[0].to_dict()
    tree["components"][0]["spectral"]["parameters"] = []
    row(tree, 1, "alpha")["link"] = {"mul": ["1.5e0", "a.spectral.index"]}
    del row(tree, 1, "alpha")["value"]
    assert Models.from_dict(tree)["b"].spectral_model.alpha.value == 3.0


@pytest.mark.parametrize(
    ("link", "message"),
    [
        ({"mul": [2, "a.spectral.inex"]}, r"'a\.spectral\.inex' is not the path.*a\.spectral\.ind"),
        ({"mul": [2]}, "must be a list of 2"),
        ({"mul": 2}, "must be a list of 2"),
        ({"times": [2, "a.spectral.index"]}, "must be one of add, sub"),
        ({}, "must be one of add, sub"),
        ({"mul": [2, "a.spectral.index"], "add": [1, 1]}, "must be one of add, sub"),
        ({"mul": [True, "a.spectral.index"]}, "must be a number"),
        ({"mul": [None, "a.spectral.index"]}, "must be a number"),
        ({"mul": [".nan", "a.spectral.index"]}, "not the path"),
        ({"mul": [float("nan"), "a.spectral.index"]}, "finite"),
        ({"mul": [{"value": 2}, "a.spectral.index"]}, "'unit' is missing"),
        ({"mul": [{"value": 2, "unit": "TeV"}, "a.spectral.index"]}, "cannot be linked"),
        ({"mul": [{"value": 2, "unit": "blah"}, "a.spectral.index"]}, "not a unit"),
        ({"mul": [2, "a.spectral.amplitude"]}, "alpha.*cannot be linked"),
        ({"add": [2, "a.spectral.amplitude"]}, "cannot add"),
        ({"mul": [2, "b.spectral.alpha"]}, "depends on it"),
        ({"equal": "b.spectral.alpha"}, "depends on it"),
        ({"equal": 2}, "must be a text"),
        ({"share": "a.spectral.reference"}, "the units do not convert"),
        ({"share": "b.spectral.alpha"}, "is shared itself"),
        ({"share": "a.spectral.index", "mul": []}, "unknown key 'mul'"),
        (["a.spectral.index"], "must be a text"),
        (3, "must be a text"),
        ("", "must be a text"),
    ],
)
def test_damaged_link(link, message):
    tree = pair()[0].to_dict()
    entry = row(tree, 1, "alpha")
    entry.clear()
    entry |= {"name": "alpha", "link": link}
    with pytest.raises(FileFormatError, match=message) as caught:
        Models.from_dict(tree)
    assert "model 'b', spectral, parameter 'alpha'" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_circle_of_two_links_is_refused():
    tree = pair()[0].to_dict()
    for component, name, other in (
        (0, "index", "b.spectral.alpha"),
        (1, "alpha", "a.spectral.index"),
    ):
        entry = row(tree, component, name)
        del entry["value"]
        entry["link"] = {"mul": [2, other]}
    with pytest.raises(FileFormatError, match=r"'alpha', link: .*depends on it"):
        Models.from_dict(tree)


def test_value_beside_an_expression_is_refused():
    tree = pair()[0].to_dict()
    row(tree, 1, "alpha")["link"] = {"mul": [2, "a.spectral.index"]}
    with pytest.raises(FileFormatError, match=r"value = 2\.0 follows from the link"):
        Models.from_dict(tree)


def test_anything_beside_a_share_is_refused():
    tree = pair()[0].to_dict()
    row(tree, 1, "alpha")["link"] = {"share": "a.spectral.index"}
    del row(tree, 1, "alpha")["value"]
    with pytest.raises(FileFormatError, match="unknown key 'frozen'"):
        Models.from_dict(tree)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("value", 2e-12),
        ("frozen", True),
        ("min", 1e-20),
        ("unit", "GeV-1 s-1 cm-2"),
        ("error", 1e-9),
    ],
)
def test_copies_of_a_shared_parameter_must_agree(key, value):
    models, a, b = pair()
    b.amplitude = a.amplitude
    tree = models.to_dict()
    row(tree, 1, "amplitude")[key] = value
    with pytest.raises(FileFormatError, match=rf"'b'.*{key} = .* at .*'a'.*make them equal"):
        Models.from_dict(tree)


def test_copy_may_leave_keys_out():
    models, a, b = pair()
    a.amplitude.value = 3e-12
    b.amplitude = a.amplitude
    tree = models.to_dict()
    for key in ("value", "frozen", "unit"):
        del row(tree, 1, "amplitude")[key]
    assert Models.from_dict(tree)["b"].spectral_model.amplitude.value == 3e-12
