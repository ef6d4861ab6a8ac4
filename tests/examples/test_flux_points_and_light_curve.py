"""What the page says of its numbers is so."""

import astropy.units as u
import numpy as np
import pytest
from scipy.stats import chi2

from gammapy.estimators import LightCurveEstimator
from tests.examples.script import run


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    return run("flux_points_and_light_curve.py", tmp_path_factory.mktemp("page"))


@pytest.fixture
def names(page):
    return page[0]


def test_pictures(page):
    assert page[1] == [1] * 3


def test_spectra(names):
    assert names["result"].success
    limits = names["points"].is_ul.values
    assert limits.any()
    assert not limits.all()
    counts, *points = names["comparison"]["index"]
    assert np.all(np.abs(points - counts) < 0.5 * names["comparison"]["error"][0])
    distances = np.abs(np.array(points) - counts)
    assert np.all(np.diff(distances) < 0), "the more a statistic knows, the closer it comes"


def test_the_second_night_is_variable(names):
    for number, night in enumerate(names["nights"]):
        estimator = LightCurveEstimator(energy_edges=[0.44, 30] * u.TeV, source="blazar")
        curve = estimator.run(night)
        flux, error = curve.flux.values[:, 0], curve.flux_err.values[:, 0]
        mean = np.average(flux, weights=error**-2)
        chi = np.sum(((flux - mean) / error) ** 2)
        probability = chi2.sf(chi, len(flux) - 1)
        assert (probability < 1e-20) == (number == 1)
        assert probability > 0.01 or number == 1


def test_light_curve_is_around_the_truth(names):
    """Pulls of the fluxes about the true mean flux of each run; the seeds are fixed."""
    curve, truth, level = names["curve"], names["truth"], names["level"]
    expected = []
    for start, stop in zip(curve.time_axis.time_min, curve.time_axis.time_max, strict=True):
        times = start + np.linspace(0, 1, 100) * (stop - start)
        expected.append(level * np.mean(truth["flux"](times)))
    pulls = (curve.flux.values[:, 0] - expected) / curve.flux_err.values[:, 0]
    assert np.abs(pulls).max() < 3
    assert 0.5 < np.std(pulls) < 1.5


def test_fractional_variability(names):
    """Close to that of the true fluxes of the runs."""
    times = [start + names["truth"]["LENGTH"] / 2 for start in names["truth"]["starts"]()]
    flux = np.array([names["truth"]["flux"](time) for time in times])
    true = np.std(flux, ddof=1) / np.mean(flux)
    assert abs(names["fvar"] - true) < 3 * names["fvar_error"]


def test_the_colour_does_not_change(names):
    norm, error = names["bands"].norm.values, names["bands"].norm_err.values
    apart = (norm[:, 0] - norm[:, 1]) / np.hypot(error[:, 0], error[:, 1])
    assert np.abs(apart).max() < 2
