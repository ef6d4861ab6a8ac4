"""What all geometries have."""

import astropy.units as u
import pytest

from gammapy.errors import UnknownNameError
from gammapy.maps import MapAxis, RegionGeom, WcsGeom

ENERGY = MapAxis.from_energy_bounds("1 TeV", "16 TeV", 4)
RAD = MapAxis([0, 1, 3, 5] * u.deg, name="rad")
GEOMS = [
    WcsGeom.create(npix=(3, 2), binsz=1, axes=[ENERGY, RAD]),
    RegionGeom(None, [ENERGY, RAD]),
    RegionGeom("icrs;circle(1, 2, 3)", [ENERGY, RAD]),
]


@pytest.mark.parametrize("geom", GEOMS)
def test_shapes(geom):
    n_y, n_x = geom.data_shape[-2:]
    assert geom.data_shape == (3, 4, n_y, n_x)
    assert geom.data_shape_axes == (3, 4, 1, 1)
    assert geom.data_shape_image == (1, 1, n_y, n_x)
    assert geom.ndim == 4
    assert geom.axes_names == ["lon", "lat", "energy", "rad"]
    assert geom.has_energy_axis
    assert not geom.is_image
    assert not geom.is_hpx
    assert geom.to_image().data_shape == (n_y, n_x)
    assert geom.to_image().is_image
    assert not geom.drop("energy").has_energy_axis


@pytest.mark.parametrize("geom", GEOMS)
def test_axes_of_others(geom):
    image = geom.to_image()
    for found, shape in (
        (geom.squash("rad"), (1, 4)),
        (geom.drop("rad"), (4,)),
        (geom.slice_by_idx({"rad": slice(1, 3), "energy": 0}), (2,)),
        (geom.replace_axis(ENERGY.upsample(2)), (3, 8)),
        (geom.resample_axis(ENERGY.squash()), (3, 1)),
        (geom.to_cube([MapAxis([0, 1], name="x")]), (1, 3, 4)),
        (image.to_cube([RAD]), (3,)),
    ):
        assert type(found) is type(geom)
        assert found.data_shape[:-2] == shape
        assert found.to_image().is_allclose(image)
    assert geom.rename_axes("rad", "theta").axes.names == ["energy", "theta"]
    assert geom.as_energy_true.axes.names == ["energy_true", "rad"]
    for change in (geom.squash, geom.drop):
        with pytest.raises(UnknownNameError, match="'time'"):
            change("time")
    with pytest.raises(UnknownNameError, match="'x'"):
        geom.replace_axis(MapAxis([0, 1], name="x"))
