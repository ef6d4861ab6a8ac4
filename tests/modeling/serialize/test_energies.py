"""What is wrong with a tree of bins, a window or a broken line is named."""

import astropy.units as u
import pytest

from gammapy.errors import FileFormatError
from gammapy.modeling.models import (
    BinsSpectralModel,
    EnergyWindowNormSpectralModel,
    ExponentialSpectralModel,
    PiecewisePowerLawSpectralModel,
    PowerLawNormSpectralModel,
    SpectralModel,
)
from gammapy.modeling.serialize.energies import decode_column, encode_column
from gammapy.modeling.serialize.node import Node


def trees() -> dict:
    models = {
        "bins": BinsSpectralModel([1, 2] * u.TeV, [2, 3] * u.TeV),
        "window": EnergyWindowNormSpectralModel("30 GeV", "1 TeV"),
        "line": PiecewisePowerLawSpectralModel([1, 2] * u.TeV),
        "exponential": ExponentialSpectralModel(PowerLawNormSpectralModel()),
    }
    return {name: model.to_dict() for name, model in models.items()}


def test_column_keeps_numbers_and_unit():
    column = [0.1, 1 / 3] * u.GeV
    again = decode_column(Node(encode_column(column), "here"))
    assert again.unit == u.GeV
    assert again.value.tolist() == column.value.tolist()


def test_window_is_written_in_its_units():
    tree = trees()["window"]["spectral"]
    assert tree["emin"] == {"value": 30.0, "unit": "GeV"}
    assert tree["emax"] == {"value": 1.0, "unit": "TeV"}


@pytest.mark.parametrize(
    ("name", "key", "value", "message"),
    [
        ("bins", "energy_min", {"data": [1], "unit": "TeV"}, "as many of both"),
        ("bins", "energy_min", {"data": [1, 2.5], "unit": "s"}, "energy_min"),
        ("bins", "colour", 3, "unknown key 'colour'"),
        ("window", "emin", {"value": 3, "unit": "TeV"}, "in this order"),
        ("window", "emin", {"value": "x", "unit": "TeV"}, "emin, value"),
        ("window", "emin", 3, "must be a mapping"),
        ("line", "energy", {"data": [2, 1], "unit": "TeV"}, "ascending"),
        ("line", "interp", "lin", "unknown key 'interp'"),
        ("exponential", "model", {"type": "PowerLawSpectralModel"}, "has no exponential"),
        ("exponential", "model", 3, "must be a mapping"),
    ],
)
def test_what_is_wrong_is_named(name, key, value, message):
    tree = trees()[name]
    tree["spectral"][key] = value
    with pytest.raises(FileFormatError, match=message):
        SpectralModel.from_dict(tree)


@pytest.mark.parametrize(
    ("name", "key"),
    [("bins", "energy_max"), ("window", "emax"), ("line", "energy"), ("exponential", "model")],
)
def test_what_is_missing_is_named(name, key):
    tree = trees()[name]
    del tree["spectral"][key]
    with pytest.raises(FileFormatError, match=f"key '{key}' is missing"):
        SpectralModel.from_dict(tree)
