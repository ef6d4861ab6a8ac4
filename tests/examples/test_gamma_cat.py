"""The example on gamma-cat runs with the catalogue and without, and does what it says."""

import os
from pathlib import Path

import numpy as np
import pytest

from tests.examples.script import EXAMPLES, run

REAL = Path(os.environ.get("GAMMAPY_DATA", "none"))


@pytest.fixture(params=["invented", "real"])
def names(request, tmp_path, monkeypatch):
    if request.param == "invented":
        monkeypatch.delenv("GAMMAPY_DATA", raising=False)
    elif not (REAL / "gamma-cat" / "input").exists():
        pytest.skip("GAMMAPY_DATA names no folder with gamma-cat")
    found, shown = run("gamma_cat.py", tmp_path)
    assert shown == [1, 1]
    found["real"] = request.param == "real"
    return found


def test_measurements_and_what_is_made_of_them(names):
    assert names["name"] == ("Vela X" if names["real"] else "Test nebula")
    models, measurements = names["models"], names["measurements"]
    assert len(models) == len(measurements) == 2
    assert [model.origin for model in models] == measurements
    assert len(names["points"]) == sum(
        len(names["gamma_cat"].sed_files(measurement)) for measurement in measurements
    )
    assert names["back"].names == names["again"].names == models.names


def test_table_has_all_errors(names):
    table = names["table"]
    errors = [p for model in names["models"] for p in model.own_parameters.values() if p.error > 0]
    assert list(table["error"]) == [p.error for p in errors]
    index = table[table["parameter"] == "spectral.index"]
    assert (index["systematic"] > 0).all()


def test_report_tells_what_xml_cannot_say(names):
    told = " ".join(str(warning.message) for warning in names["told"])
    assert "Gammalib cuts the elongated Gaussian at 3 sigma" in told
    assert "errors of e of an ellipse are not said" in told


def test_these_papers_give_no_correlations(names):
    for model in names["models"]:
        covariance = model.covariance.data
        assert np.count_nonzero(covariance) == np.count_nonzero(np.diag(covariance)) > 0


def test_invented_points_lie_at_the_invented_spectrum():
    """Data that ship with the page are of one piece: 7 points, no far outlier."""
    from gammapy.catalog import GammaCat

    gamma_cat = GammaCat(EXAMPLES / "data" / "measured-nebula")
    (points,) = gamma_cat.flux_points(900).values()
    spectrum = gamma_cat.to_models(900)[1].spectral_model
    table = points.to_table(sed_type="dnde")
    pulls = (table["dnde"].quantity - spectrum(table["e_ref"].quantity)) / table[
        "dnde_err"
    ].quantity
    assert len(table) == 7
    assert np.sum(pulls.to_value("") ** 2) < 14
