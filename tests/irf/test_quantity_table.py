"""One quantity on its axes: data, units, evaluation, slices."""

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import DataError, OptionError, UnitMismatchError
from gammapy.irf import Background2D, EffectiveAreaTable2D
from tests.irf.made import OFFSET, RECO, TRUE, area, background_2d, background_3d


def test_evaluate_takes_units_and_leaves_out_axes():
    irf = area()
    np.testing.assert_allclose(irf.evaluate().to_value("m2"), irf.data, rtol=1e-12)
    energy = TRUE.center[2]
    one = irf.evaluate(energy_true=energy.to("GeV"), offset="90 arcmin")
    assert one.to_value("cm2") == pytest.approx(irf.data[2, 1] * 1e4, rel=1e-12)
    assert irf.evaluate(energy_true=energy).shape == (1, 3)
    assert (
        irf.evaluate(energy_true=energy, offset=0.9 * u.deg, method="nearest").value
        == (irf.data[2, 0])
    )


def test_evaluate_refuses():
    with pytest.raises(UnitMismatchError, match="offset"):
        area().evaluate(energy_true=1 * u.TeV, offset=1.0)
    with pytest.raises(OptionError, match="method = 'cubic'"):
        area().evaluate(energy_true=1 * u.TeV, offset=1 * u.deg, method="cubic")


@pytest.mark.parametrize("value", [-1.0, np.nan, np.inf])
def test_values_that_cannot_be(value):
    data = np.ones((6, 3))
    data[4, 1] = value
    with pytest.raises(DataError, match=r"1 of 18 values .* at bin \(4, 1\)"):
        EffectiveAreaTable2D([TRUE, OFFSET], data, unit="m2")


def test_data_of_another_shape():
    with pytest.raises(DataError, match=r"\(3, 6\) do not fit"):
        EffectiveAreaTable2D([TRUE, OFFSET], np.ones((3, 6)))


def test_units():
    assert EffectiveAreaTable2D([TRUE, OFFSET], 2.0).unit == u.m**2
    assert EffectiveAreaTable2D([TRUE, OFFSET], np.ones((6, 3)) * u.km**2).unit == u.km**2
    with pytest.raises(UnitMismatchError, match="unit = 's' must be convertible to 'm2'"):
        EffectiveAreaTable2D([TRUE, OFFSET], 1.0, unit="s")
    irf = area()
    assert irf.to_unit("cm2").is_allclose(irf)
    assert irf.to_unit("cm2").data[0, 0] == pytest.approx(1e4 * irf.data[0, 0])


def test_data_can_be_changed_as_a_whole():
    irf = area()
    before = irf.area(1.0, 1.0)
    irf.data = 2 * irf.data
    assert irf.area(1.0, 1.0) == pytest.approx(2 * before)
    irf.quantity = 2 * irf.quantity.to("km2")
    assert irf.area(1.0, 1.0) == pytest.approx(4 * before)


def test_part():
    irf = background_3d()
    part = irf.slice_by_idx({"fov_lon": slice(1, 3)})
    assert part.data.shape == (5, 2, 3)
    assert np.array_equal(part.data, irf.data[:, 1:3])
    with pytest.raises(DataError, match=r"fov_lon = 1 must be a slice"):
        irf.slice_by_idx({"fov_lon": 1})


def test_options_of_the_interpolation():
    log = background_2d()
    lin = Background2D(log.axes, log.quantity, interp_kwargs={"values_scale": "lin"})
    middle = {"energy": RECO.center[0], "offset": 1.0 * u.deg}
    ends = log.data[0, :2]
    assert log.evaluate(**middle).value == pytest.approx(np.sqrt(ends.prod()))
    assert lin.evaluate(**middle).value == pytest.approx(ends.mean())
    onward = Background2D(log.axes, log.quantity, interp_kwargs={"fill_value": None})
    far = {"energy": RECO.center[0], "offset": 3.5 * u.deg}
    assert onward.evaluate(**far).value == pytest.approx(
        log.data[0, 2] * (log.data[0, 2] / log.data[0, 1])
    )
    with pytest.raises(OptionError, match="'kind' is not one of"):
        Background2D(log.axes, log.quantity, interp_kwargs={"kind": "cubic"})
    with pytest.raises(OptionError, match="fill_value = 7"):
        Background2D(log.axes, log.quantity, interp_kwargs={"fill_value": 7})
