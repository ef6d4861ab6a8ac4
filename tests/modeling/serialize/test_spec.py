"""Trees that are not what the schema says: each message names the place, the value and the rule."""

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import FileFormatError, ModelError, ParameterError
from gammapy.modeling.models import (
    SPECTRAL_MODEL_REGISTRY,
    Models,
    PowerLawSpectralModel,
    SkyModel,
    SpectralModel,
    TemplateSpectralModel,
)
from gammapy.modeling.parameter import Parameter
from gammapy.modeling.serialize.spec import models_from_dict

ROW = {"name": "index", "value": 2.0}


def component(**keys):
    spectral = {"type": "PowerLawSpectralModel", "parameters": [dict(ROW)]}
    return {"name": "crab", "type": "SkyModel", "spectral": spectral} | keys


def file(*components, **keys):
    return {"components": list(components or [component()])} | keys


def with_row(**keys):
    return file(component(spectral={"type": "pl", "parameters": [ROW | keys]}))


def with_spectral(**keys):
    return file(component(spectral={"type": "pl"} | keys))


def prior(**keys):
    numbers = [{"name": "mu", "value": 2}, {"name": "sigma", "value": 1}]
    return with_row(prior={"type": "GaussianPrior", "parameters": numbers} | keys)


def template(**keys):
    columns = {
        "energy": {"data": [1, 2], "unit": "TeV"},
        "values": {"data": [1, 2], "unit": "cm-2 s-1 TeV-1"},
    }
    return file(component(spectral={"type": "template"} | columns | keys))


def matrix(parameters, data):
    return file(covariance_matrix={"parameters": parameters, "data": data})


BAD = {
    "root is a list": ([], r"m\.yaml = \[\] must be a mapping with the keys components"),
    "root is a text": ("components", "must be a mapping"),
    "root key": (file(links={}), r"m\.yaml: unknown key 'links'; known keys are components"),
    "no components": ({}, r"m\.yaml: key 'components' is missing"),
    "components": ({"components": {"a": 1}}, "components = .* must be a list"),
    "component": (file(3), r"components\[0\] = 3 must be a mapping"),
    "no name": ({"components": [{"type": "SkyModel"}]}, r"components\[0\]: key 'name' is missing"),
    "name is a number": (file(component(name=7)), r"name = 7 must be a text; put it in quotes"),
    "two of a name": (file(component(), component()), r"two components are named 'crab': rename"),
    "component key": (file(component(colour="red")), "model 'crab': unknown key 'colour'; known"),
    "spatial": (
        file(component(spatial={"type": "DiscSpatialModel"})),
        "model 'crab', spatial, type: no spatial model is called 'DiscSpatialModel'",
    ),
    "temporal": (
        file(component(temporal={"type": "NoTemporalModel"})),
        "temporal, type: no temporal model is called 'NoTemporalModel'",
    ),
    "spatial is odd": (file(component(spatial="disk")), "spatial = 'disk' must be a mapping"),
    "background": (
        file(component(type="FoVBackgroundModel", datasets_names=["a", "b"])),
        "must have one dataset under datasets_names",
    ),
    "background key": (
        file({"type": "FoVBackgroundModel", "datasets_names": "a", "filename": "x"}),
        "'a-bkg': unknown key 'filename'",
    ),
    "template": (
        file({"name": "a", "type": "TemplateNPredModel"}),
        "model 'a': key 'filename' is missing",
    ),
    "shape": (
        file({"name": "a", "type": "iact-bkg", "kind": "CTABackground", "spatial": {"kind": 1}}),
        "'a', spatial: unknown key 'kind'",
    ),
    "type": (file(component(type="SkyMdel")), r"type: no model is called 'SkyMdel': did you mean"),
    "type is a list": (file(component(type=["SkyModel"])), r"type = \['SkyModel'\] must be a text"),
    "datasets": (file(component(datasets_names=3)), "datasets_names = 3 must be a list"),
    "dataset": (file(component(datasets_names=[3])), r"datasets_names\[0\] = 3 must be a text"),
    "apply_irf": (file(component(apply_irf={"edsp": False})), "apply_irf: unknown key 'edsp'"),
    "apply_irf text": (file(component(apply_irf={"psf": "no"})), "psf = 'no' must be true or f"),
    "no spectral": ({"components": [{"name": "a", "type": "SkyModel"}]}, "'a': key 'spectral' is"),
    "spectral": (file(component(spectral="pl")), "spectral = 'pl' must be a mapping"),
    "spectral type": (with_spectral(type="powerlaw"), "no spectral model is called 'powerlaw'"),
    "spectral key": (with_spectral(reference=1), "spectral: unknown key 'reference'; known keys"),
    "not a flux": (with_spectral(type="pl-norm"), "model 'crab': .*not a differential flux"),
    "parameters": (with_spectral(parameters=3), "parameters = 3 must be a list"),
    "parameter": (with_spectral(parameters=["index"]), r"parameters\[0\] = 'index' must be a map"),
    "parameter name": (with_row(name="inex"), "'inex' is not a parameter of PowerLaw.* it has ind"),
    "twice": (with_spectral(parameters=[ROW, ROW]), "name = 'index' comes twice"),
    "parameter key": (with_row(vaule=1), "parameter 'index': unknown key 'vaule'; known keys are"),
    "factor": (with_row(factor=2), "unknown key 'factor'"),
    "value text": (with_row(value="abc"), "parameter 'index', value = 'abc' must be a number like"),
    "value flag": (with_row(value=True), "value = True must be a number"),
    "value null": (with_row(value=None), "value = None must be a number"),
    "value nan": (with_row(value=np.nan), "'index': index: value = nan must be finite"),
    "value huge": (with_row(value=10**400), "must be a number"),
    "value quantity": (with_row(value="2 TeV"), "value = '2 TeV' must be a number"),
    "frozen": (with_row(frozen="no"), "frozen = 'no' must be true or false, without quotes"),
    "frozen number": (with_row(frozen=0), "frozen = 0 must be true or false"),
    "error": (with_row(error=-1), "error = -1.0 must not be negative"),
    "bounds": (with_row(min=3, max=2), "min = 3 is above max = 2"),
    "bound": (with_row(min="low"), "min = 'low' must be a number"),
    "interp": (with_row(interp="cubic"), "interp = 'cubic' is not 'lin', 'log' or 'sqrt'"),
    "unit": (with_row(unit="TeV"), "unit = 'TeV' does not convert to ''"),
    "unit unknown": (with_row(unit="blah"), "'index', unit: 'blah' is not a unit"),
    "unit null": (with_row(unit=None), "unit = None must be a text"),
    "unit number": (with_row(unit=1), "unit = 1 must be a text"),
    "unit without value": (
        with_spectral(parameters=[{"name": "reference", "unit": "GeV"}]),
        "unit = 'GeV' needs a value: the default is 1 TeV",
    ),
    "scan": (with_row(scan_n_values=2.5), "scan_n_values = 2.5 must be a whole number"),
    "scan text": (with_row(scan_min="x"), "scan_min = 'x' must be a number"),
    "prior": (with_row(prior="GaussianPrior"), "prior = 'GaussianPrior' must be a mapping"),
    "prior type": (prior(type="Gauss"), "type = 'Gauss' is not a prior: use one of Gaussian"),
    "prior elsewhere": (prior(type="GammaPrior"), "is not a prior: use one of GaussianPrior, Gen"),
    "prior weight": (prior(weight=2), "weight = 2 is not supported: only 1 is"),
    "prior key": (prior(scale=2), "unknown key 'scale'"),
    "prior lacks": (prior(parameters=[{"name": "mu", "value": 1}]), "needs the parameters"),
    "prior twice": (prior(parameters=[{"name": "mu", "value": 1}] * 2), "comes twice"),
    "prior sigma": (
        prior(parameters=[{"name": "mu", "value": 2}, {"name": "sigma", "value": 0}]),
        "sigma = 0.0 must be positive",
    ),
    "prior unit": (
        prior(parameters=[{"name": "mu", "value": 2, "unit": "TeV"}]),
        "unit = 'TeV' does not convert to the parameter's ''",
    ),
    "operator": (
        with_spectral(type="compound", model1={"type": "pl"}, model2={"type": "pl"}, operator="x"),
        "operator 'x' cannot join",
    ),
    "one side": (with_spectral(type="compound", model1={"type": "pl"}), "key 'model2' is missing"),
    "sides": (
        with_spectral(
            type="compound", model1={"type": "pl"}, model2={"type": "pl-norm"}, operator="add"
        ),
        "spectral: cannot add spectra",
    ),
    "table parameters": (template(parameters=[ROW]), "this model has no parameters .before"),
    "table length": (template(energy={"data": [1], "unit": "TeV"}), "equally long"),
    "table unit": (template(energy={"data": [1, 2], "unit": "s"}), "wrong unit"),
    "table data": (template(energy={"data": [1, "x"], "unit": "TeV"}), r"data\[1\] = 'x' must be"),
    "table nan": (template(values={"data": [1, np.nan], "unit": ""}), "finite"),
    "table key": (template(energy={"data": [1, 2], "units": "TeV"}), "unknown key 'units'"),
    "table options": (template(interp_kwargs={"fill": 0}), "interp_kwargs = .* is not known"),
    "table meta": (template(meta="x"), "meta = 'x' must be a mapping"),
    "metadata": (file(metadata="x"), "metadata = 'x' must be a mapping"),
    "schema": (file(metadata={"schema": 2}), "schema = 2 is of a later version"),
    "matrix shape": (matrix(["crab.spectral.index"], [[1, 2]]), "1 rows of 1 numbers"),
    "matrix rows": (matrix(["crab.spectral.index"], []), "must be a list of 1"),
    "matrix path": (matrix(["index"], [[1]]), "'index' is not the path of a parameter"),
    "matrix twice": (matrix(["crab.spectral.index"] * 2, [[1, 0], [0, 1]]), "comes twice"),
    "matrix negative": (matrix(["crab.spectral.index"], [[-1]]), "has the variance -1"),
    "matrix lopsided": (
        matrix(["crab.spectral.index", "crab.spectral.amplitude"], [[1, 0.5], [0, 1]]),
        "not symmetric",
    ),
    "two covariances": (
        file(covariance="x.dat", covariance_matrix={}),
        "cannot both be given",
    ),
    "asymmetric": (
        file(asymmetric_errors=[{"parameter": "crab.spectral.index", "errn": -1}]),
        "errn = -1.0 must not be negative",
    ),
    "asymmetric path": (file(asymmetric_errors=[{"parameter": "index"}]), "is not the path"),
}


@pytest.mark.parametrize(("tree", "message"), BAD.values(), ids=BAD.keys())
def test_bad_tree(tree, message):
    with pytest.raises(FileFormatError, match=message) as caught:
        models_from_dict(tree, "m.yaml")
    assert str(caught.value).startswith("m.yaml")
    assert "\n" not in str(caught.value)


def test_the_good_tree_of_these_tests_is_read():
    assert models_from_dict(file()).names == ["crab"]
    for tree in (prior(weight=1), template(meta={"a": 1}), with_row(min=None, max=np.inf)):
        assert len(models_from_dict(tree)) == 1


def test_covariance_that_contradicts_an_error():
    tree = with_row(error=0.5)
    tree["covariance_matrix"] = {"parameters": ["crab.spectral.index"], "data": [[0.04]]}
    with pytest.raises(FileFormatError, match=r"has the error 0\.5, but 0\.2 in the covariance"):
        models_from_dict(tree)


@pytest.mark.parametrize("tree", [None, 3, [], {"spectral": None}, {"type": "pl", "x": 1}])
def test_bad_spectral_tree(tree):
    with pytest.raises(FileFormatError, match="spectral"):
        SpectralModel.from_dict(tree)


# -- what cannot be written ---------------------------------------------------------------


def test_unit_that_no_file_can_hold():
    unit = u.def_unit("photonful", 3 * u.one)
    model = PowerLawSpectralModel()
    model.index.unit = unit
    with pytest.raises(ParameterError, match="unit 'photonful' cannot be written"):
        model.to_dict()


def test_meta_that_no_file_can_hold():
    model = TemplateSpectralModel([1, 2] * u.TeV, [1, 2], meta={"a": [np.ones(2)]})
    with pytest.raises(ModelError, match=r"spectral\.meta\.a\[0\] = array.* cannot be written"):
        model.to_dict()


# -- classes of users ---------------------------------------------------------------------


@pytest.fixture
def registry():
    """The registry, as it was before when the test ends."""
    tags = SPECTRAL_MODEL_REGISTRY._by_tag
    before = dict(tags)
    yield tags
    tags.clear()
    tags.update(before)


def test_class_of_a_user(registry):
    class MySpectralModel(SpectralModel):
        tag = "my-line"
        slope = Parameter("slope", "1e-12 cm-2 s-1 TeV-1", min=0)

        @staticmethod
        def evaluate(energy, slope):
            return slope * energy

    model = MySpectralModel(slope="3e-12 cm-2 s-1 TeV-1")
    models = Models(SkyModel(model, name="a"))
    model.slope.min = np.nan  # none, although the class has one
    tree = models.to_dict()
    written = tree["components"][0]["spectral"]
    assert (written["type"], written["module"]) == ("MySpectralModel", __name__)
    again = Models.from_dict(tree)[0].spectral_model
    assert type(again) is MySpectralModel
    assert again.slope.value == 3e-12
    assert np.isnan(again.slope.min)
    del written["parameters"][0]["min"]
    assert Models.from_dict(tree)[0].spectral_model.slope.min == 0
    for tag in MySpectralModel.tag:
        del registry[tag]
    message = rf"type = 'MySpectralModel' is not known: import {__name__} before the file is read"
    with pytest.raises(FileFormatError, match=message):
        Models.from_dict(tree)


def test_defaults_of_a_class_follow_the_unit_of_the_file(registry):
    class Bounded(SpectralModel):
        tag = "bounded"
        width = Parameter("width", "1 TeV", min=0.5, max=2, scan_min=0.7, scan_max=1.5)

        @staticmethod
        def evaluate(energy, width):
            return energy / width

    row = {"name": "width", "value": 800.0, "unit": "GeV"}
    width = SpectralModel.from_dict({"type": "Bounded", "parameters": [row]}).width
    found = (width.min, width.max, width.scan_min, width.scan_max)
    assert found == pytest.approx((500.0, 2000.0, 700.0, 1500.0), rel=1e-12)


def test_class_without_a_tag(registry):
    class Untagged(PowerLawSpectralModel):
        pass

    with pytest.raises(ModelError, match="Untagged cannot be written: it has no tag"):
        Untagged().to_dict()


def test_class_whose_constructor_takes_more(registry):
    class Table(PowerLawSpectralModel):
        tag = "my-table"

        def __init__(self, numbers, **kwargs):
            super().__init__(**kwargs)
            self.numbers = numbers

    with pytest.raises(ModelError, match="Table cannot stand in a file: its argument 'numbers'"):
        Table([1, 2]).to_dict()
    with pytest.raises(FileFormatError, match="Table"):
        SpectralModel.from_dict({"type": "Table", "parameters": []})
