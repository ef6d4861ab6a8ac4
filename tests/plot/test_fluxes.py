"""Series of flux points: which values, and what they are called."""

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import OptionError
from gammapy.plot.fluxes import fluxes, series_axis, series_labels
from gammapy.spectrum import FluxPoints
from tests.plot.series import flux_profile, light_curve
from tests.spectrum.points import points, table

pytest.importorskip("matplotlib")


def test_series_along_either_axis():
    curve = light_curve(n_energy=2, n_time=3)
    flux = curve.flux.quantity[..., 0, 0]
    np.testing.assert_allclose(fluxes(curve, "flux", along="time").values, flux.T)
    np.testing.assert_allclose(fluxes(curve, "flux", along="energy").values, flux)


def test_power_of_energy():
    own = points()
    found = fluxes(own, "flux", energy_power=1).values
    expected = own.flux.quantity.ravel() * own.energy_ref
    assert u.allclose(found[0], expected, rtol=1e-12)


def test_unknown_errors_are_nan():
    assert np.isnan(fluxes(points()).errn).all()


def test_axis():
    assert series_axis(light_curve(), None) == "time"
    assert series_axis(light_curve(), "energy") == "energy"
    assert series_axis(points(), None) == "energy"
    assert series_axis(flux_profile(), None) == "projected-distance"
    assert series_axis(flux_profile(), "energy") == "energy"
    with pytest.raises(OptionError, match="axis_name = 'mass'"):
        series_axis(points(), "mass")


def test_labels():
    assert series_labels(points(), "energy") == [""]
    assert series_labels(light_curve(), "time") == ["1 – 10 TeV"]
    assert series_labels(light_curve(n_time=2), "energy") == [
        "2020-01-01 12:00 – 2020-01-02 00:00",
        "2020-01-02 12:00 – 2020-01-03 00:00",
    ]
    assert series_labels(flux_profile(), "energy") == [
        "0 – 0.1 deg",
        "0.1 – 0.3 deg",
        "0.3 – 0.6 deg",
    ]
    assert series_labels(flux_profile(), "projected-distance") == ["1 – 10 TeV"]
    own = FluxPoints.from_table(table(dnde=np.ones(4)))
    assert series_labels(own, "time")[0] == "1.41 TeV"
