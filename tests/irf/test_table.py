"""What all responses share: a battery over the kinds."""

import copy
import pickle

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import DataError, OptionError, OverwriteError
from gammapy.irf import EffectiveAreaTable2D, FoVAlignment
from gammapy.maps import MapAxis
from tests.irf.made import ALL, LON, OFFSET, RECO, TRUE, area, background_3d, gauss, king

KINDS = pytest.mark.parametrize("kind", ALL)


@KINDS
def test_round_trip_through_a_file(kind, tmp_path):
    irf = ALL[kind]()
    irf.meta["TELESCOP"] = "NONE"
    irf.write(tmp_path / "irf.fits.gz")
    again = type(irf).read(tmp_path / "irf.fits.gz")
    assert again.is_allclose(irf, rtol=1e-15, atol=0)
    assert again.meta["TELESCOP"] == "NONE"
    assert again.columns.keys() == irf.columns.keys()
    assert all(again.columns[name].unit == q.unit for name, q in irf.columns.items())
    with pytest.raises(OverwriteError):
        irf.write(tmp_path / "irf.fits.gz")
    irf.write(tmp_path / "irf.fits.gz", overwrite=True)


@KINDS
def test_round_trip_through_a_table(kind):
    irf = ALL[kind]()
    assert type(irf).from_table(irf.to_table()).is_allclose(irf, rtol=1e-15, atol=0)
    assert type(irf).from_hdulist(irf.to_hdulist(), hdu=1).is_allclose(irf, rtol=1e-15, atol=0)


@KINDS
def test_copies_are_equal_and_read_only(kind):
    irf = ALL[kind]()
    for again in (copy.deepcopy(irf), pickle.loads(pickle.dumps(irf))):
        assert again.is_allclose(irf, rtol=0, atol=0)
        with pytest.raises(ValueError, match="read-only"):
            again.data[0] = irf.data[0]


@KINDS
def test_repr_names_class_axes_and_range(kind):
    text = repr(ALL[kind]())
    assert text.startswith(type(ALL[kind]()).__name__)
    assert "'energy" in text
    assert " to " in text


@KINDS
def test_is_allclose_sees_a_difference(kind):
    irf = ALL[kind]()
    names = irf.data.dtype.names
    changed = irf.data.copy()
    if names:
        changed[names[0]] *= 1.001
    else:
        changed *= 1.001
    other = copy.deepcopy(irf)
    other.data = changed
    assert not irf.is_allclose(other)
    with pytest.raises(DataError, match="one kind"):
        irf.is_allclose(area() if kind != "aeff" else gauss())


def test_is_allclose_sees_other_axes():
    shifted = MapAxis.from_edges([0.0, 1.1, 2.0, 3.0], name="offset", unit="deg")
    ours = area()
    assert not ours.is_allclose(EffectiveAreaTable2D([TRUE, shifted], ours.quantity))


def test_nodes_stay_nodes(tmp_path):
    offset = MapAxis.from_nodes([0.0, 0.5, 1.5], name="offset", unit="deg")
    irf = EffectiveAreaTable2D([TRUE, offset], np.ones((6, 3)))
    again = EffectiveAreaTable2D.from_table(irf.to_table())
    assert again.axes["offset"].node_type == "center"
    np.testing.assert_allclose(again.axes["offset"].center.value, [0.0, 0.5, 1.5], atol=1e-15)


@KINDS
@pytest.mark.parametrize("wrong", ["none", "order", "unit"])
def test_wrong_axes(kind, wrong):
    irf = ALL[kind]()
    axes = list(irf.axes)
    if wrong == "none":
        axes, message = axes[:-1], "are needed"
    elif wrong == "order":
        axes, message = axes[::-1], "are needed"
    else:
        name = axes[-1].name
        axes[-1], message = MapAxis.from_edges([1.0, 2.0], name=name, unit="s"), "is in 's'"
    with pytest.raises(DataError, match=message):
        type(irf)(axes, irf.data)


def test_alignment_and_cut_are_kept():
    irf = background_3d()
    assert irf.fov_alignment is FoVAlignment.RADEC
    other = type(irf)(irf.axes, irf.data, is_pointlike=True, fov_alignment="ALTAZ")
    again = type(irf).from_table(other.to_table())
    assert again.fov_alignment is FoVAlignment.ALTAZ
    assert again.is_pointlike
    with pytest.raises(DataError, match="fov_alignment = 'UP' is not one of"):
        type(irf)(irf.axes, irf.data, fov_alignment="UP")


def test_offset_axis():
    assert area().has_offset_axis
    assert not background_3d().has_offset_axis


def test_other_formats_are_refused():
    for call in (area().to_table, area().to_table_hdu, area().to_hdulist):
        with pytest.raises(OptionError, match="'gadf-dl3'"):
            call(format="gtis")


def test_coordinates_by_wrong_names():
    with pytest.raises(OptionError, match=r"\['offset', 'rad'\] given"):
        king()._coordinates(("offset",), {"offset": 1 * u.deg, "rad": 1 * u.deg})
    with pytest.raises(OptionError, match="are needed"):
        area().evaluate(energy=1 * u.TeV, offset=1 * u.deg)


def test_axes_of_the_made_ones_differ():
    assert {axis.nbin for axis in (TRUE, RECO, OFFSET, LON)} == {6, 5, 3, 4}
