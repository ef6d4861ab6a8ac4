"""Text: what is written, and what is refused as not YAML or not a file of models."""

import math

import hypothesis.strategies as st
import numpy as np
import pytest
import yaml
from hypothesis import given, settings

from gammapy.errors import (
    FileFormatError,
    GammapyError,
    GammapyWarning,
    MissingFileError,
    ModelError,
)
from gammapy.modeling.models import (
    GaussianPrior,
    Models,
    PowerLawNormSpectralModel,
    PowerLawSpectralModel,
    SkyModel,
)
from gammapy.modeling.serialize.tree import _build_dumper, _build_loader, parse_tree, render_tree

TEXT = """\
components:
-   name: crab
    type: SkyModel
    datasets_names: [run-1, run-2]
    spectral:
        type: CompoundSpectralModel
        model1:
            type: PowerLawSpectralModel
            parameters:
            -   name: index
                value: 2.0
                error: 0.1
                min: 1.0
                frozen: false
                prior:
                    type: GaussianPrior
                    parameters:
                    -   name: mu
                        value: 2.0
                        unit: ''
                    -   name: sigma
                        value: 0.1
                        unit: ''
                    weight: 1
            -   name: amplitude
                value: 1.0e-12
                unit: TeV-1 s-1 cm-2
                error: 3.0e-13
                frozen: false
            -   name: reference
                value: 1.0
                unit: TeV
                frozen: true
        model2:
            type: PowerLawNormSpectralModel
            parameters:
            -   name: tilt
                value: 0.0
                frozen: true
            -   name: norm
                value: 1.0
                frozen: false
                interp: lin
            -   name: reference
                value: 1.0
                unit: TeV
                frozen: true
        operator: mul
covariance_matrix:
    parameters: [crab.spectral.model1.index, crab.spectral.model1.amplitude]
    data:
    - [0.010000000000000002, 1.0e-14]
    - [1.0e-14, 8.999999999999999e-26]
asymmetric_errors:
-   parameter: crab.spectral.model1.index
    errn: 0.09
    errp: 0.12
metadata:
    creator: gammapy 3.1
    schema: 1
"""


def example():
    spectrum = PowerLawSpectralModel() * PowerLawNormSpectralModel()
    index, amplitude = spectrum.model1.index, spectrum.model1.amplitude
    spectrum.model2.norm.interp = "lin"
    index.min = 1
    index.prior = GaussianPrior(2, 0.1)
    index.error, amplitude.error = 0.1, 3e-13
    matrix = np.array(spectrum.covariance.data)
    matrix[0, 1] = matrix[1, 0] = 1e-14
    spectrum.covariance = matrix
    index.errn, index.errp = 0.09, 0.12
    return Models(SkyModel(spectrum, name="crab", datasets_names=["run-1", "run-2"]))


def test_text(monkeypatch):
    monkeypatch.setattr("gammapy.__version__", "3.1")
    assert example().to_yaml() == TEXT


def test_text_is_read():
    assert Models.from_yaml(TEXT).to_yaml() == example().to_yaml()


def test_all_that_a_parameter_has_survives():
    model = PowerLawSpectralModel()
    index, amplitude, reference = model.parameters
    index.value, index.error, index.frozen = 2.5, 0.1, True
    index.min, index.max = -1.0, 4.5
    index.scan_min, index.scan_max, index.scan_n_values = 1.5, 3.5, 7
    amplitude.quantity = "3e-9 m-2 s-1 GeV-1"
    amplitude.interp = "lin"
    amplitude.scan_values = [1e-9, 2e-9, 5e-9]
    amplitude.prior = GaussianPrior(2e-9, 1e-9)
    reference.frozen, reference.scan_n_sigma = False, 3.0
    again = Models.from_yaml(Models(SkyModel(model, name="m")).to_yaml())[0].spectral_model
    names = ["value", "unit", "error", "min", "max", "frozen", "interp", "prior"]
    names += ["scan_min", "scan_max", "scan_n_values", "scan_n_sigma", "scan_values"]
    for parameter, twin in zip(model.parameters, again.parameters, strict=True):
        for name in names:
            np.testing.assert_equal(getattr(twin, name), getattr(parameter, name), name)


def test_file(tmp_path, monkeypatch):
    monkeypatch.setenv("MY_MODELS", str(tmp_path))
    example().write("$MY_MODELS/m.yaml")
    again = Models.read("$MY_MODELS/m.yaml")
    again.write(tmp_path / "again.yaml")
    assert (tmp_path / "again.yaml").read_bytes() == (tmp_path / "m.yaml").read_bytes()


def test_no_models_at_all():
    text = Models([]).to_yaml()
    assert len(Models.from_yaml(text)) == 0


def test_byte_order_mark(tmp_path):
    (tmp_path / "m.yaml").write_bytes(b"\xef\xbb\xbf" + TEXT.encode())
    assert Models.read(tmp_path / "m.yaml").names == ["crab"]


def test_name_that_utf8_cannot_hold():
    models = Models(SkyModel(PowerLawSpectralModel(), name="a\ud800"))
    with pytest.raises(ModelError, match=r"cannot be written as UTF-8.*rename it"):
        models.to_yaml()


# -- files that are none ------------------------------------------------------------------


def test_missing_file(tmp_path):
    with pytest.raises(MissingFileError, match=r"absent\.yaml does not exist: check the name"):
        Models.read(tmp_path / "absent.yaml")
    with pytest.raises(FileNotFoundError, match="set the variable"):
        Models.read("$NOT_A_VARIABLE_THAT_IS_SET/m.yaml")


def test_folder(tmp_path):
    with pytest.raises(FileFormatError, match="is a folder"):
        Models.read(tmp_path)


def test_not_a_text(tmp_path):
    (tmp_path / "m.yaml").write_bytes(b"SIMPLE = \xff\xfe")
    with pytest.raises(FileFormatError, match=r"m\.yaml is not a text file in UTF-8"):
        Models.read(tmp_path / "m.yaml")


@pytest.mark.parametrize("base", [yaml.SafeLoader, getattr(yaml, "CSafeLoader", None)])
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty: there is nothing to read"),
        ("# nothing\n", "is empty"),
        ("a: [1\nb: 2\n", "line 2: not valid YAML"),
        ("a: 1\n\tb: 2\n", "line 2: not valid YAML"),
        ("a: 1\nb: 2\na: 3\n", "line 3: not valid YAML: key 'a' comes twice"),
        ("--- 1\n--- 2\n", "line 2: not valid YAML: but found another document"),
        ("a: !!python/object/apply:os.getcwd []", "line 1: not valid YAML.*python"),
        ("a: &x [*x]", "line 1: not valid YAML.*recursive"),
        ("a: &x {b: *x}", "line 1: not valid YAML.*recursive"),
        ("a: 2020-13-45", "not valid YAML.*month"),
        ("a: \x00", "not valid YAML"),
        ("[" * 5000, "not valid YAML"),
    ],
)
def test_not_yaml(base, text, message):
    if base is None:
        pytest.skip("PyYAML was built without libyaml")
    with pytest.raises(FileFormatError, match=message) as caught:
        parse_tree(text, "m.yaml", _build_loader(base))
    assert str(caught.value).startswith("m.yaml")
    assert "\n" not in str(caught.value)


def test_merge_keys_of_yaml_still_work():
    text = "a: &x {b: 1, c: 2}\nd: {<<: *x, c: 3}\n"
    assert parse_tree(text, "m.yaml")["d"] == {"b": 1, "c": 3}


def outcome(reader, source):
    """Models, or None and the message of an error of ours; any other error is a failure."""
    try:
        return reader(source), ""
    except GammapyError as error:
        return None, str(error)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.sampled_from("a:-[]{}&*!|>'\"#% \n,?@\t1e."), max_size=30))
def test_any_text_is_read_or_refused(text):
    assert "\n" not in outcome(Models.from_yaml, text)[1]


def replaced(tree, junk, at):
    """Tree with its ``at``-th node, counted from the root, replaced."""
    count = iter(range(10**6))

    def walk(node):
        if next(count) == at:
            return junk
        if isinstance(node, dict):
            return {key: walk(value) for key, value in node.items()}
        return [walk(value) for value in node] if isinstance(node, list) else node

    return walk(tree)


JUNK = [None, True, -1, 0, 2.5, math.nan, math.inf, 10**400, "", "x", "1e-3", "crab.spectral.index"]
JUNK += [
    [],
    [1],
    {},
    {"a": 1},
    {1: 2},
    {"mul": [2, 3]},
    {"type": "pl"},
    {"value": 1, "unit": "TeV"},
]


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(JUNK), st.integers(0, 90))
def test_any_damage_is_read_or_refused(junk, at):
    models, message = outcome(Models.from_dict, replaced(parse_tree(TEXT, "text"), junk, at))
    assert "\n" not in message
    if models is not None:
        assert np.all(np.isfinite(models.parameters.value))
        assert Models.from_yaml(models.to_yaml()).to_yaml() == models.to_yaml()


@pytest.mark.parametrize("base", ["SafeDumper", "CSafeDumper"])
@pytest.mark.parametrize(
    "name", ["\x85", "a\u2028b", "a\nb", "\ufeff", "Vela é", "1e-3", "no", "~"]
)
def test_odd_names(base, name):
    if not hasattr(yaml, base):
        pytest.skip("PyYAML was built without libyaml")
    tree = Models(SkyModel(PowerLawSpectralModel(), name=name)).to_dict()
    assert Models.from_yaml(render_tree(tree, _build_dumper(getattr(yaml, base)))).names == [name]


def test_sources_that_were_kept_aside_are_told_of(tmp_path):
    text = """<source_library><source name="odd" type="PointSource">
    <spectrum type="NoSpectrum"/><spatialModel type="PointSource">
    <parameter name="RA" value="1"/><parameter name="DEC" value="1"/></spatialModel>
    </source></source_library>"""
    (tmp_path / "odd.xml").write_text(text)
    with pytest.warns(GammapyWarning, match="'odd'.* kept aside"):
        models = Models.read(tmp_path / "odd.xml")
    with pytest.warns(GammapyWarning, match="has not the 1 sources that could not become models"):
        models.write(tmp_path / "odd.yaml")
