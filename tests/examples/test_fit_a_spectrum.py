"""What the page says of its numbers is so."""

import numpy as np
import pytest

from tests.examples.script import run


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    return run("fit_a_spectrum.py", tmp_path_factory.mktemp("page"))


@pytest.fixture
def names(page):
    return page[0]


def test_pictures(page):
    assert page[1] == [1] * 6


def test_prose(names):
    stat, aic = names["comparison"]["-2 ln L"], names["comparison"]["AIC"]
    assert stat[0] > stat[1:].max() + 4, "both curved shapes do better than the power law"
    assert aic[0] > aic[1:].max()
    assert abs(aic[1] - aic[2]) < 2, "the data cannot tell them apart"
    result = names["result"]
    assert result.success
    index, curvature = (result.names.index(f"crab.spectral.{n}") for n in ("index", "lambda_"))
    assert result.covariance.correlation[index, curvature] < -0.8, "strongly anti-correlated"
    assert 2 < names["test"]["ts"] ** 0.5 < 3, "a hint, not a discovery"
    assert names["test"]["ts"] == pytest.approx(stat[0] - stat[2], abs=1e-3)
    assert names["limit"]["ul"] > names["spectrum"].lambda_.value


def test_band_is_narrowest_at_the_pivot_energy(names):
    spectrum = names["spectrum"]
    energy = np.geomspace(0.3, 20, 400) * spectrum.pivot_energy.unit
    value, error, _ = spectrum.evaluate_error(energy)
    narrowest = energy[np.argmin(error / value)]
    assert narrowest.value == pytest.approx(spectrum.pivot_energy.value, rel=0.02)


def test_contours_are_curved(names):
    """No ellipse: the middle of what is within three sigma is not where that of one sigma is."""
    one, three = names["contours"][0], names["contours"][2]
    key = "crab.spectral.lambda_"
    middle = [0.5 * (c[key].min() + c[key].max()) for c in (one, three)]
    assert middle[1] - middle[0] > 0.3 * names["result"].errors[2]


def test_prior_tells_of_the_cutoff_too(names):
    with_prior = names["copy"].models["crab"].spectral_model
    own = names["result"].models["crab"].spectral_model
    assert with_prior.lambda_.error < 0.6 * own.lambda_.error
    assert own.index.prior is None
