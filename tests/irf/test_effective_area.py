"""Effective area: floats for the engine, in cm2."""

import numpy as np
import pytest

from gammapy.irf import EffectiveAreaTable2D
from tests.irf.made import OFFSET, TRUE, area


@pytest.mark.parametrize("unit", ["m2", "cm2", "km2"])
def test_area_is_in_cm2(unit):
    irf = area().to_unit(unit)
    energy, offset = np.array([0.3, 1.0, 40.0])[:, None], np.array([0.2, 1.7])
    found = irf.area(energy, offset)
    wanted = irf.evaluate(energy_true=energy * TRUE.unit, offset=offset * OFFSET.unit)
    np.testing.assert_allclose(found, wanted.to_value("cm2"), rtol=1e-12)
    assert found.shape == (3, 2)


def test_by_hand():
    irf = EffectiveAreaTable2D([TRUE, OFFSET], np.outer(np.ones(6), [4.0, 2.0, 1.0]), unit="m2")
    np.testing.assert_allclose(irf.area(1.0, [0.5, 1.0, 2.0, 3.5]), [4e4, 3e4, 1.5e4, 0.0])
