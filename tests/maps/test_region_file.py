"""Maps on a region in FITS files."""

import os
from pathlib import Path

import astropy.units as u
import numpy as np
import pytest
from astropy.io import fits
from astropy.time import Time

from gammapy.errors import DataError, FileFormatError, MissingFileError, OptionError, OverwriteError
from gammapy.maps import Map, MapAxis, RegionNDMap, TimeMapAxis

ENERGY = MapAxis.from_energy_bounds("1 TeV", "16 TeV", 4)
RAD = MapAxis([0, 1, 2, 4] * u.deg, name="rad")
TRUE = MapAxis.from_nodes([1, 2, 5] * u.GeV, interp="log", name="energy_true")
TIME = TimeMapAxis([0, 2] * u.d, [1, 4] * u.d, Time(55555.25, format="mjd", scale="tt"))

needs_data = pytest.mark.skipif(
    "GAMMAPY_DATA" not in os.environ, reason="GAMMAPY_DATA is not set: it names the data folder"
)


def filled(region, axes, unit="s"):
    found = RegionNDMap.create(region, axes, unit=unit, meta={"a": 1})
    found.data += np.arange(found.data.size).reshape(found.data.shape)
    return found


@pytest.mark.parametrize(
    "region",
    [
        None,
        "icrs;circle(83.63, 22.01, 0.5)",
        "galactic;box(1, 2, 0.5, 1, 30)",
        "galactic;ellipse(1, 2, 0.5, 1, 30)",
        "icrs;polygon(1, 2, 2, 2, 1.5, 3)",
        "icrs;annulus(1, 2, 0.5, 1)",
        "icrs;point(1, 2)",
        ["icrs;circle(83.63, 22.01, 0.5)", "icrs;circle(84.63, 22.01, 0.25)"],
    ],
)
@pytest.mark.parametrize("axes", [[ENERGY], [RAD, TRUE], [ENERGY.squash(), TRUE], [TIME]])
def test_round_trip(region, axes, tmp_path):
    written = filled(region, axes)
    written.write(tmp_path / "a.fits")
    for found in (Map.read(tmp_path / "a.fits"), RegionNDMap.read(tmp_path / "a.fits")):
        np.testing.assert_array_equal(found.data, written.data)
        assert list(found.geom.axes) == list(written.geom.axes)
        assert (found.unit, found.meta) == (written.unit, {"a": 1})
        if region is None:
            assert found.geom.region is None
            continue
        assert found.geom.center_skydir.separation(written.geom.center_skydir).deg < 1e-6
        assert type(found.geom.region) is type(written.geom.region)
        if not found.geom.is_all_point_sky_regions:
            angle = found.geom.solid_angle() / written.geom.solid_angle()
            assert float(angle) == pytest.approx(1, rel=1e-3)
            ask = written.geom.center_skydir.directional_offset_by(
                np.arange(0, 360, 10) * u.deg, 0.3 * u.deg
            )
            np.testing.assert_array_equal(
                found.geom._on_sky(found.geom._coordinates(ask)),
                written.geom._on_sky(written.geom._coordinates(ask)),
            )


def test_layout():
    hdus = filled("icrs;circle(83.63, 22.01, 0.5)", [RAD, TRUE]).to_hdulist()
    assert [h.name for h in hdus] == ["PRIMARY", "SKYMAP", "SKYMAP_BANDS", "SKYMAP_REGION"]
    table, bands, region = hdus[1:]
    assert table.columns.names == ["CHANNEL", "DATA"]
    assert table.data["DATA"].tolist() == list(range(9))
    assert bands.data["CHANNEL"].tolist() == list(range(9))
    assert bands.data["RAD"].tolist() == [0.5, 1.5, 3] * 3  # the first axis is the fastest
    assert table.header["AXCOLS2"] == "ENERGY_TRUE"
    assert region.data["SHAPE"].tolist() == ["circle"]
    assert region.header["CRVAL1"] == 83.63
    names = filled(None, [ENERGY]).to_hdulist(hdu="psf", hdu_bands="x")
    assert [h.name for h in names] == ["PRIMARY", "PSF", "X"]
    assert RegionNDMap.create("icrs;circle(1,2,3)").to_hdulist()[-1].name == "SKYMAP_REGION"


def test_masks_and_whole_numbers(tmp_path):
    mask = filled(None, [ENERGY]) > 1.5 * u.s
    found = Map.from_hdulist(mask.to_hdulist())
    assert found.is_mask
    assert found.values.tolist() == [False, False, True, True]
    whole = RegionNDMap.create(None, [ENERGY], dtype=int)
    assert Map.from_hdulist(whole.to_hdulist()).data.dtype.kind == "i"


def test_rows_of_planes_and_any_order():
    """Values of a plane in one cell, and rows that are not sorted, are read all the same."""
    hdus = filled(None, [RAD, TRUE]).to_hdulist()
    cells = fits.Column("DATA", "3D", dim="(1,1,3)", array=np.arange(9.0).reshape(3, 3, 1, 1))
    channel = fits.Column("CHANNEL", "I", array=np.arange(3))
    packed = fits.BinTableHDU.from_columns([channel, cells], name="SKYMAP")
    found = Map.from_hdulist(fits.HDUList([hdus[0], packed, hdus[2]]))
    np.testing.assert_array_equal(found.data.ravel(), np.arange(9))
    table = hdus["SKYMAP"]
    table.data = table.data[::-1].copy()
    assert table.data["CHANNEL"][0] == 8
    np.testing.assert_array_equal(Map.from_hdulist(hdus).data.ravel(), np.arange(9))


def test_an_image_goes_first_unless_the_table_is_named():
    hdus = Map.create(npix=3, binsz=1).to_hdulist(hdu="image")
    hdus += filled(None, [ENERGY]).to_hdulist(hdu="psf")[1:]
    assert Map.from_hdulist(hdus).geom.data_shape == (3, 3)
    assert Map.from_hdulist(hdus, hdu="psf").geom.data_shape == (4, 1, 1)
    assert Map.from_hdulist(hdus, hdu=2).geom.data_shape == (4, 1, 1)
    assert Map.from_hdulist(hdus, map_type="region").geom.data_shape == (4, 1, 1)
    with pytest.raises(FileFormatError, match="no image of the sky"):
        Map.from_hdulist(hdus, hdu="psf", map_type="wcs")


def broken(change):
    hdus = filled("icrs;circle(1,2,3)", [ENERGY]).to_hdulist()
    return change(hdus)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (
            lambda h: fits.HDUList([h[0], h[1]]),
            "axes should be in 'SKYMAP_BANDS', which is missing",
        ),
        (lambda h: fits.HDUList([h[0], h[2]]), "no table with the columns CHANNEL and DATA"),
        (lambda h: _fewer(h), "3 values, and its axes have"),
        (lambda h: _set(h, "SKYMAP", "CHANNEL", [0, 1, 1, 3]), "must be consecutive"),
        (lambda h: _set(h, "SKYMAP_BANDS", "E_MIN", [1, 2, 5, 8]), "bin must end where"),
        (lambda h: _unit(h), "the unit 'parsnip' of DATA is not known"),
        (lambda h: _no_region(h), "SKYMAP_REGION has no region that can be read"),
    ],
)
def test_damaged(change, text):
    with pytest.raises(FileFormatError, match=text):
        Map.from_hdulist(broken(change), map_type="region")


def _fewer(hdus):
    hdus["SKYMAP"].data = hdus["SKYMAP"].data[:3]
    return hdus


def _set(hdus, name, column, values):
    hdus[name].data[column] = values
    return hdus


def _unit(hdus):
    hdus["SKYMAP"].columns["DATA"].unit = "parsnip"
    return hdus


def _no_region(hdus):
    hdus["SKYMAP_REGION"].header["CTYPE1"] = "X"
    return hdus


def test_refused(tmp_path):
    found = filled(None, [ENERGY])
    found.write(tmp_path / "a.fits")
    with pytest.raises(OverwriteError):
        found.write(tmp_path / "a.fits")
    found.write(tmp_path / "a.fits", overwrite=True)
    with pytest.raises(OptionError, match="format = 'ogip'"):
        found.to_hdulist(format="ogip")
    with pytest.raises(OptionError, match="format = 'ogip'"):
        RegionNDMap.read(tmp_path / "a.fits", format="ogip")
    with pytest.raises(MissingFileError):
        RegionNDMap.read(tmp_path / "b.fits")
    with pytest.raises(FileFormatError, match="no extension 'PSF'"):
        RegionNDMap.read(tmp_path / "a.fits", hdu="PSF")
    cut = (
        filled("icrs;circle(1,2,3)", [ENERGY]).geom.region
        & filled("icrs;circle(1,2,3)", [ENERGY]).geom.region
    )
    with pytest.raises(DataError, match="only a union of shapes can be written"):
        RegionNDMap.create(cut).to_hdulist()


@needs_data
@pytest.mark.parametrize(
    ("hdu", "shape", "unit", "total"),
    [
        ("EDISP", (12, 11, 1, 1), "", None),
        ("EDISP_EXPOSURE", (12, 1, 1, 1), "m2 s", None),
        ("PSF", (11, 130, 1, 1), "sr-1", None),
        ("PSF_EXPOSURE", (11, 1, 1, 1), "cm2 s", 3.5e12),
    ],
)
def test_tables_of_one_pixel(hdu, shape, unit, total):
    path = Path(os.environ["GAMMAPY_DATA"]) / "fermi-3fhl-gc" / "fermi-3fhl-gc.fits.gz"
    found = Map.read(path, hdu=hdu)
    assert type(found) is RegionNDMap
    assert found.geom.region is None
    assert (found.data.shape, found.unit) == (shape, u.Unit(unit))
    with fits.open(path) as hdus:
        np.testing.assert_array_equal(found.data.ravel(), hdus[hdu].data["DATA"])
        bands = hdus[f"{hdu}_BANDS"].data
        # a row of the table of axes says where its value is
        first, second = found.geom.axes
        names = [first.name.upper(), second.name.upper()]
        for row in (0, len(bands) // 2, len(bands) - 1):
            i, j = row % first.nbin, row // first.nbin
            for axis, k, name in ((first, i, names[0]), (second, j, names[1])):
                assert axis.center[k].to_value(axis.unit) == pytest.approx(
                    bands[name][row], rel=1e-5, abs=1e-7
                )


@needs_data
def test_a_dispersion_sums_to_one():
    path = Path(os.environ["GAMMAPY_DATA"]) / "fermi-3fhl-gc" / "fermi-3fhl-gc.fits.gz"
    edisp = Map.read(path, hdu="EDISP")
    sums = edisp.sum_over_axes(["energy"]).data.ravel()
    assert ((sums > 0.4) & (sums < 1.0001)).all()
    np.testing.assert_allclose(sums[1:-1], 1, atol=1e-6)
