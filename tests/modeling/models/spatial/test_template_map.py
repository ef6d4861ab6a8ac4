"""Sources of templates: options, clean pixels, and how they are shared."""

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import FileFormatError, ModelError
from gammapy.maps import MapAxis
from gammapy.modeling.models.spatial.template_map import (
    SR,
    Interpolation,
    TemplateSource,
    clean,
    spectrum_of,
)
from tests.contracts.spatial_examples import sky_map


def test_options():
    assert Interpolation.of(None, "x") == ("log", False)
    assert Interpolation.of({"method": "linear", "values_scale": "lin"}, "x") == ("lin", False)
    assert Interpolation.of({"fill_value": None}, "x") == ("log", True)
    assert Interpolation.of({"fill_value": 0}, "x") == ("log", False)
    with pytest.raises(ModelError, match=r"x: interp_kwargs = {'method': 'nearest'} is not known"):
        Interpolation.of({"method": "nearest"}, "x")


def test_clean():
    dirty = np.array([[1.5, -1.0, np.nan], [np.inf, 0.0, -np.inf]])
    np.testing.assert_array_equal(clean(dirty), [[1.5, 0, 0], [0, 0, 0]])
    assert np.isnan(dirty[0, 2])
    assert clean(np.array([[1, -2]], dtype=">i2")).dtype == float
    assert clean(np.array([[1, 2]], dtype=">f4")).dtype == np.dtype("=f4")


def test_image_is_made_once_for_each_use():
    source = TemplateSource.of_map(sky_map(), "map")
    log, lin = Interpolation(), Interpolation("lin")
    assert source.image(True, None, log) is source.image(True, u.Unit("m"), log)
    assert source.image(True, None, log) is not source.image(False, None, log)
    assert source.image(True, None, log) is not source.image(True, None, lin)


def test_unit_that_nobody_knows():
    source = TemplateSource.of_map(sky_map(unit=""), "map.fits", u.Unit("sr-1"))
    source.problem = "BUNIT = 'bananas' is no unit that is known"
    assert source.unit(True, None) == SR
    assert source.unit(False, u.Unit("deg-2")) == u.Unit("deg-2")
    with pytest.raises(FileFormatError, match=r"map\.fits: BUNIT = 'bananas'.*say unit='sr-1'"):
        source.unit(False, None)


def test_energies():
    axis = MapAxis.from_energy_edges([100, 1000, 20000] * u.GeV, name="energy_true")
    found = spectrum_of(axis, False)
    np.testing.assert_allclose(np.exp(found.edges), [0.1, 20], rtol=1e-12)
    np.testing.assert_allclose(np.exp(found.nodes), axis.center.to_value("TeV"), rtol=1e-12)
    assert spectrum_of(axis, True).edges == (-np.inf, np.inf)
