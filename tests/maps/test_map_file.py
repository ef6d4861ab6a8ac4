"""Maps in FITS files: ours, those of other tools, and broken ones."""

import os
import warnings
from pathlib import Path

import astropy.units as u
import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table

from gammapy.errors import (
    DataError,
    FileFormatError,
    GammapyWarning,
    MissingFileError,
    OptionError,
    OverwriteError,
)
from gammapy.maps import Map, MapAxis, RegionNDMap, TimeMapAxis, WcsGeom

FOLDER = os.environ.get("GAMMAPY_DATA")
needs_data = pytest.mark.skipif(
    FOLDER is None, reason="GAMMAPY_DATA is not set: it names the folder this test reads"
)
ENERGY = MapAxis.from_energy_bounds("1 TeV", "10 TeV", 3)
TRUE = MapAxis.from_energy_bounds("1 GeV", "10 TeV", 2, name="energy_true")
NODES = MapAxis.from_nodes([1, 2, 10] * u.TeV, interp="log", name="energy_true")
RAD = MapAxis([0, 1, 3] * u.deg, name="rad")
NORM = MapAxis.from_nodes([0, 1, 3], name="norm")
TIME = TimeMapAxis([0, 5] * u.h, [2, 7] * u.h, "2020-01-01", name="time")
AXES = [
    [],
    [ENERGY],
    [TRUE],
    [NODES],
    [RAD, TRUE],
    [ENERGY, TRUE],
    [NORM, NODES],
    [TIME],
    [RAD, TIME],
]


def numbered(axes=(), **kwargs):
    geom = WcsGeom.create(npix=(4, 3), binsz=0.2, skydir=(83, 22), proj="TAN", axes=axes)
    data = np.arange(float(np.prod(geom.data_shape))).reshape(geom.data_shape)
    return Map.from_geom(geom, data=data, **kwargs)


# -- ours ------------------------------------------------------------------------------------


@pytest.mark.parametrize("axes", AXES, ids=lambda axes: "-".join(a.name for a in axes))
@pytest.mark.parametrize("name", ["a.fits", "a.fits.gz"])
@pytest.mark.parametrize("hdu", [None, "counts"])
def test_round_trip(tmp_path, axes, name, hdu):
    mine = numbered(axes, unit="cm-2 s-1", meta={"a": [1, "x"]})
    mine.write(tmp_path / name, hdu=hdu)
    found = Map.read(tmp_path / name)
    assert found.geom == mine.geom
    assert [a.interp for a in found.geom.axes] == [a.interp for a in axes]
    np.testing.assert_array_equal(found.data, mine.data)
    assert (found.unit, found.meta, found.data.dtype) == (mine.unit, mine.meta, np.dtype(float))
    mine.write(tmp_path / f"again-{name}", hdu=hdu)
    assert (tmp_path / name).read_bytes() == (tmp_path / f"again-{name}").read_bytes()


def test_layout():
    """Names of extensions, cards and columns, as established implementations look for them."""
    hdus = numbered([RAD, TRUE], unit="sr-1").to_hdulist(hdu="psf")
    assert [h.name for h in hdus] == ["PRIMARY", "PSF", "PSF_BANDS"]
    header = hdus["PSF"].header
    assert (header["BANDSHDU"], header["WCSSHAPE"], header["BUNIT"]) == (
        "PSF_BANDS",
        "(4,3,2,2)",
        "sr-1",
    )
    for cards in (header, hdus["PSF_BANDS"].header):
        assert (cards["AXCOLS1"], cards["INTERP1"]) == ("RAD_MIN,RAD_MAX", "lin")
        assert (cards["AXCOLS2"], cards["INTERP2"]) == ("ENERGY_TRUE_MIN,ENERGY_TRUE_MAX", "log")
    bands = hdus["PSF_BANDS"].data
    assert bands.names == [
        "CHANNEL",
        "RAD",
        "RAD_MIN",
        "RAD_MAX",
        "ENERGY_TRUE",
        "ENERGY_TRUE_MIN",
        "ENERGY_TRUE_MAX",
    ]
    assert bands["RAD_MAX"].tolist() == [1, 3, 1, 3]
    assert bands["ENERGY_TRUE_MIN"].tolist() == pytest.approx([1, 1, 100, 100])
    hdus = numbered([ENERGY]).to_hdulist()
    assert [h.name for h in hdus] == ["PRIMARY", "PRIMARY_BANDS"]
    assert hdus[1].data.names == ["CHANNEL", "ENERGY", "E_MIN", "E_MAX"]
    assert hdus[0].header["AXCOLS1"] == "E_MIN,E_MAX"
    assert numbered([NODES]).to_hdulist()[0].header["AXCOLS1"] == "ENERGY_TRUE"
    named = numbered([ENERGY]).to_hdulist(hdu="counts", hdu_bands="bins")
    assert Map.from_hdulist(named).geom.axes["energy"] == ENERGY


def test_masks(tmp_path):
    mask = numbered([ENERGY]) > 5
    mask.write(tmp_path / "a.fits")
    assert Map.read(tmp_path / "a.fits").is_mask
    hdus = mask.to_hdulist(hdu="mask_safe")  # others do not write our card, but the name tells
    del hdus[1].header["ISMASK"]
    found = Map.from_hdulist(hdus)
    assert found.is_mask
    np.testing.assert_array_equal(found.data, mask.data)


@pytest.mark.parametrize(
    ("axis", "format", "table", "unit"),
    [
        (ENERGY, "fgst-ccube", "EBOUNDS", "keV"),
        (NODES, "fgst-template", "ENERGIES", "MeV"),
        (TRUE, "fgst-template", "ENERGIES", "MeV"),
    ],
)
def test_other_layouts(axis, format, table, unit):
    hdus = numbered([axis], unit="cm-2 s-1 MeV-1 sr-1").to_hdulist(format=format)
    assert hdus[1].name == table
    assert hdus[1].columns["ENERGY"].unit == unit  # some readers take this for granted
    found = Map.from_hdulist(hdus).geom.axes[0]
    assert found.name == axis.name
    np.testing.assert_allclose(found.center.to_value("TeV"), axis.center.to_value("TeV"))
    np.testing.assert_allclose(found.edges.to_value("TeV"), axis.edges.to_value("TeV"))


def test_geometries_in_headers():
    geom = numbered([ENERGY]).geom
    header = geom.to_header()
    assert WcsGeom.from_header(header, geom_bands([ENERGY])) == geom
    assert WcsGeom.from_header(numbered().geom.to_header()) == geom.to_image()
    hdus = numbered([ENERGY]).to_hdulist()
    assert WcsGeom.from_header(hdus[0].header, hdus[1]) == geom
    with pytest.raises(FileFormatError, match="neither NAXIS1 and NAXIS2 nor WCSSHAPE"):
        WcsGeom.from_header(fits.Header())


def geom_bands(axes):
    return numbered(axes).to_hdulist()[1]


def test_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "a.fits"
    numbered().write(path)
    old = path.read_bytes()
    with pytest.raises(OverwriteError, match=r"a\.fits exists: pass overwrite=True"):
        numbered([ENERGY]).write(path)

    def broken(*args, **kwargs):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", broken)
        with pytest.raises(OSError, match="No space"):
            numbered([ENERGY]).write(path, overwrite=True)
    assert path.read_bytes() == old
    assert os.listdir(tmp_path) == ["a.fits"]
    numbered([ENERGY]).write(path, overwrite=True)
    assert Map.read(path).geom.axes["energy"] == ENERGY
    with pytest.raises(MissingFileError, match="does not exist"):
        numbered().write(tmp_path / "absent" / "a.fits")


def test_names_of_files_and_extensions(tmp_path, monkeypatch):
    monkeypatch.setenv("MY_MAPS", str(tmp_path))
    hdus = numbered([ENERGY]).to_hdulist(hdu="counts")
    hdus.extend(numbered(unit="m").to_hdulist(hdu="other")[1:])
    hdus.writeto(tmp_path / "a.fits")
    for name in ("$MY_MAPS/a.fits[OTHER]", "$MY_MAPS/a.fits[3]", f"{tmp_path}/a.fits[other]"):
        assert Map.read(name).unit == u.m
    assert Map.read("$MY_MAPS/a.fits", hdu="other").unit == u.m
    assert Map.read(tmp_path / "a.fits").geom.axes.names == ["energy"]
    with pytest.raises(FileFormatError, match=r"no extension 'none': it has \['PRIMARY', 'COUNTS'"):
        Map.read("$MY_MAPS/a.fits[none]")
    with pytest.raises(FileFormatError, match="no extension 9"):
        Map.read("$MY_MAPS/a.fits[9]")
    with pytest.raises(OptionError, match="the name says the extension 'OTHER', hdu = 'counts'"):
        Map.read("$MY_MAPS/a.fits[OTHER]", hdu="counts")
    numbered(unit="s").write(tmp_path / "b[1].fits")
    assert Map.read(tmp_path / "b[1].fits").unit == u.s


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda m: m.to_hdulist(sparse=True), OptionError, "sparse = True is not supported"),
        (lambda m: m.to_hdulist(format="galprop"), OptionError, "format = 'galprop'"),
        (lambda m: m.to_hdulist(format="fgst-ccube"), DataError, "one axis of energies"),
        (
            lambda m: Map.from_hdulist(m.to_hdulist(), map_type="hpx"),
            OptionError,
            "map_type = 'hpx'",
        ),
        (lambda m: Map.from_hdulist(m.to_hdulist(), format="x"), OptionError, "format = 'x'"),
        (
            lambda _: RegionNDMap.create(axes=[ENERGY]).write("a.fits", format="ogip"),
            OptionError,
            "with their dataset",
        ),
    ],
)
def test_refused(call, error, text):
    with pytest.raises(error, match=text):
        call(numbered([RAD]))


# -- those of others -------------------------------------------------------------------------


def image(data=None, **cards):
    header = numbered().geom.wcs.to_header()
    header.update(cards)
    return fits.PrimaryHDU(np.ones((3, 4), dtype="float32") if data is None else data, header)


def table(name, **columns):
    hdu = fits.BinTableHDU(Table(columns), name=name)
    return hdu


def test_a_bare_image():
    found = Map.from_hdulist(fits.HDUList([image()]))
    assert (found.unit, found.meta, found.geom) == (u.Unit(""), {}, numbered().geom)
    assert found.data.dtype.isnative
    thick = Map.from_hdulist(fits.HDUList([image(np.ones((1, 1, 3, 4)))]))
    assert thick.geom.is_image


def test_energies_in_keV_and_MeV():
    """The units that tables have if they do not say so."""
    cube = image(np.ones((2, 3, 4)))
    bounds = table("EBOUNDS", CHANNEL=[1, 2], E_MIN=[1e6, 1e7], E_MAX=[1e7, 1e8])
    found = Map.from_hdulist(fits.HDUList([cube, bounds])).geom.axes["energy"]
    assert found == MapAxis.from_energy_edges([1, 10, 100] * u.GeV)
    nodes = table("ENERGIES", Energy=[1e3, 1e4])
    found = Map.from_hdulist(fits.HDUList([cube, nodes]))
    axis = found.geom.axes["energy_true"]
    assert (axis.node_type, axis.interp) == ("center", "log")
    assert axis.center.to_value("GeV").tolist() == [1, 10]
    assert found.unit == u.Unit("cm-2 s-1 MeV-1 sr-1")
    cube.header["TSTART"] = 0.0  # made for an observation
    assert Map.from_hdulist(fits.HDUList([cube, nodes])).unit == u.Unit("cm2 s")
    cube.header["BUNIT"] = "m2 s"
    assert Map.from_hdulist(fits.HDUList([cube, nodes])).unit == u.Unit("m2 s")


@pytest.mark.parametrize(
    ("cards", "expected"),
    [
        ({"CTYPE3": "Energy", "CUNIT3": "MeV", "CRVAL3": 10, "CDELT3": 5, "CRPIX3": 1}, [10, 15]),
        ({"CTYPE3": "log_Energy", "CRVAL3": 2, "CDELT3": 1, "CRPIX3": 2}, [10, 100]),
    ],
)
def test_energies_in_the_header(cards, expected):
    found = Map.from_hdulist(fits.HDUList([image(np.ones((2, 3, 4)), **cards)])).geom.axes["energy"]
    np.testing.assert_allclose(found.center.to_value("MeV"), expected)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("", ""),
        ("ph cm-2 s-1 sr-1", "cm-2 s-1 sr-1"),
        ("/sr", "sr-1"),
        ("photons/cm2/s", "cm-2 s-1"),
        ("None", ""),
        ("K", "K"),
    ],
)
def test_units(text, unit):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert Map.from_hdulist(fits.HDUList([image(BUNIT=text)])).unit == u.Unit(unit)


def test_a_unit_that_nobody_knows():
    with pytest.warns(GammapyWarning, match=r"BUNIT = 'JY/BEAM' is no unit that is known"):
        assert Map.from_hdulist(fits.HDUList([image(BUNIT="JY/BEAM")])).unit == u.Unit("")


def test_a_dash_too_much():
    found = Map.from_hdulist(fits.HDUList([image(CTYPE2="DEC---TAN")]))
    assert found.geom == numbered().geom


def test_old_name_of_an_axis():
    hdus = numbered([RAD.copy(name="theta"), TRUE]).to_hdulist(hdu="psf")
    assert Map.from_hdulist(hdus).geom.axes.names == ["rad", "energy_true"]


def broken(change):
    hdus = numbered([ENERGY]).to_hdulist()
    replaced = change(hdus)
    return hdus if replaced is None else fits.HDUList(replaced)


def bands(hdus, **columns):
    data = Table(hdus[1].data)
    for name, values in columns.items():
        data[name] = values
    return [hdus[0], fits.BinTableHDU(data, hdus[1].header, name="PRIMARY_BANDS")]


HEALPIX = fits.BinTableHDU(Table({"T": [1.0]}), fits.Header({"PIXTYPE": "HEALPIX"}), name="SKYMAP")
BROKEN = {
    "no image": (lambda h: [fits.PrimaryHDU(), h[1]], r"no image of the sky in \['PRIMARY'"),
    "healpix": (lambda _: [fits.PrimaryHDU(), HEALPIX], "HEALPix map, which is not supported"),
    "a table for an image": (lambda h: [h[0]], "its axes in 'PRIMARY_BANDS', which is missing"),
    "all nan": (lambda _: [image(np.full((3, 4), np.nan))], "no finite pixel: 12 are nan"),
    "no celestial axes": (lambda _: [fits.PrimaryHDU(np.ones((3, 4)))], "no usable celestial axes"),
    "projection": (lambda _: [image(CTYPE1="RA---XXX", CTYPE2="DEC--XXX")], "no usable celestial"),
    "one axis": (lambda _: [image(CTYPE2="FREQ")], "no usable celestial axes"),
    "swapped": (
        lambda _: [image(CTYPE1="DEC--TAN", CTYPE2="RA---TAN")],
        "longitude must be the first",
    ),
    "singular": (lambda _: [image(CDELT1=0.0)], "no usable celestial axes"),
    "planes without a table": (lambda _: [image(np.ones((2, 3, 4)))], "CTYPE3 = '' is no energy"),
    "many planes": (lambda _: [image(np.ones((2, 2, 3, 4)))], "no table of them"),
    "number of planes": (
        lambda _: [image(np.ones((2, 3, 4))), table("ENERGIES", Energy=[1.0, 2.0, 3.0])],
        r"planes \(2,\), and ENERGIES axes of \(3,\) bins",
    ),
    "rows": (lambda h: [h[0], fits.BinTableHDU(h[1].data[:2], h[1].header)], "axes of"),
    "order": (lambda h: bands(h, E_MIN=[3.0, 2.0, 1.0]), "E_MIN, E_MAX"),
    "gaps": (lambda h: bands(h, E_MAX=[2.0, 4.0, 10.0]), "must end where the next one starts"),
    "nan edges": (lambda h: bands(h, E_MIN=[np.nan, 2.0, 3.0]), "E_MIN, E_MAX"),
    "text": (lambda h: bands(h, E_MIN=["a", "b", "c"]), "column E_MIN"),
    "unit": (lambda h: h[1].columns.change_unit("E_MIN", "parsnip"), "column E_MIN"),
    "other unit": (lambda h: h[1].columns.change_unit("E_MAX", "m"), "E_MIN, E_MAX"),
    "no column": (lambda h: h[1].header.set("AXCOLS1", "X_MIN,X_MAX"), "no column X_MIN"),
    "scale": (lambda h: h[1].header.set("INTERP1", "cubic"), "interp = 'cubic'"),
    "nodes": (
        lambda _: [image(np.ones((2, 3, 4))), table("ENERGIES", Energy=[2.0, 1.0])],
        "nodes must be finite and ascending",
    ),
    "bounds": (
        lambda _: [image(np.ones((2, 3, 4))), table("EBOUNDS", E_MIN=[1.0, 3.0], E_MAX=[2.0, 4.0])],
        "must end where",
    ),
}


@pytest.mark.parametrize(("change", "text"), BROKEN.values(), ids=BROKEN)
def test_broken_files(change, text):
    hdus = broken(change)
    with pytest.raises(FileFormatError, match=text):
        Map.from_hdulist(fits.HDUList.fromstring(as_bytes(hdus)))


def as_bytes(hdus):
    from io import BytesIO

    stream = BytesIO()
    hdus.writeto(stream)
    return stream.getvalue()


def test_no_file(tmp_path):
    with pytest.raises(MissingFileError, match=r"absent\.fits does not exist"):
        Map.read(tmp_path / "absent.fits")
    with pytest.raises(FileFormatError, match="is a folder"):
        Map.read(tmp_path)
    (tmp_path / "text.fits").write_text("no FITS")
    with pytest.raises(FileFormatError, match=r"text\.fits cannot be read as FITS"):
        Map.read(tmp_path / "text.fits")


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_truncated(tmp_path, part):
    path = tmp_path / "a.fits"
    numbered([ENERGY]).write(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(part * len(content))])
    with pytest.raises(FileFormatError, match=r"a\.fits"):
        Map.read(path)


def test_meta_that_is_no_dictionary():
    for text in ("nonsense", "[1, 2]", "3"):
        assert Map.from_hdulist(fits.HDUList([image(META=text)])).meta == {}


# -- real ones -------------------------------------------------------------------------------

#: of files: shape, frame, projection, unit, names and kinds of axes
REAL = {
    "cta-1dc-skymodel/image_sources/VelaJr.fits": ((92, 92), "galactic", "TAN", "", []),
    "cta-1dc-skymodel/image_sources/HESSJ1801-233.fits": ((24, 23), "fk5", "CAR", "", []),
    "cta-1dc-skymodel/image_sources/VelaX_soft.fits": ((140, 140), "galactic", "TAN", "K", []),
    "cta-1dc-skymodel/image_sources/RXJ1713_above2TeV_2016.fits.gz": (
        (506, 491),
        "fk5",
        "SFL",
        "",
        [],
    ),
    "fermi-xml/Extended_archive_v18/Templates/gammaCygni.fits.gz": (
        (81, 81),
        "fk5",
        "ARC",
        "sr-1",
        [],
    ),
    "fermi-xml/Extended_archive_v18/Templates/FornaxA.fits.gz": ((128, 128), "fk5", "SIN", "", []),
    "fermi-3fhl-gc/fermi-3fhl-gc-counts-cube.fits.gz": (
        (11, 200, 400),
        "galactic",
        "CAR",
        "",
        [("energy", "edges")],
    ),
    "fermi-3fhl-gc/fermi-3fhl-gc-exposure-cube.fits.gz": (
        (12, 200, 400),
        "galactic",
        "CAR",
        "cm2 s",
        [("energy_true", "center")],
    ),
    "fermi-3fhl-gc/gll_iem_v06_gc.fits.gz": (
        (30, 64, 120),
        "galactic",
        "CAR",
        "cm-2 s-1 MeV-1 sr-1",
        [("energy_true", "center")],
    ),
    "tests/models/background_irf.fits": ((1, 1, 1), "galactic", "CAR", "", [("energy", "edges")]),
    "datasets-gammapy/cta1dc-gc-2deg.fits.gz[PSF]": (
        (20, 66, 10, 10),
        "galactic",
        "CAR",
        "sr-1",
        [("rad", "edges"), ("energy_true", "edges")],
    ),
    "datasets-gammapy/cta1dc-gc-2deg.fits.gz[EDISP]": (
        (20, 10, 10, 10),
        "galactic",
        "CAR",
        "",
        [("energy", "edges"), ("energy_true", "edges")],
    ),
    "ctools/test/data/crab_cntmap.fits": ((5, 20, 20), "fk5", "TAN", "", [("energy", "edges")]),
    "ctools/test/data/crab_expcube.fits.gz": (
        (21, 20, 20),
        "icrs",
        "CAR",
        "cm2 s",
        [("energy_true", "center")],
    ),
}


@needs_data
@pytest.mark.parametrize("name", REAL)
def test_files_of_others(name):
    shape, frame, projection, unit, axes = REAL[name]
    found = Map.read(f"$GAMMAPY_DATA/{name}")
    assert found.data.shape == found.geom.data_shape == shape
    assert (found.geom.frame, found.geom.projection) == (frame, projection)
    assert found.unit == u.Unit(unit)
    assert [(a.name, a.node_type) for a in found.geom.axes] == axes
    assert np.isfinite(found.geom.center_skydir.spherical.lon.deg)


@needs_data
def test_every_image_of_the_models_is_read():
    folders = ("cta-1dc-skymodel/image_sources", "fermi-xml/Extended_archive_v18/Templates")
    files = [p for f in folders for p in sorted((Path(FOLDER) / f).glob("*.fits*"))]
    assert len(files) == 37
    for path in files:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", GammapyWarning)  # of units
            found = Map.read(path)
        area = found.geom.solid_angle()
        assert 0 < np.sum(area).value < 0.2, path
        assert np.nansum(found.data * area.value) > 0, path


@needs_data
def test_a_mask_of_a_dataset():
    found = Map.read("$GAMMAPY_DATA/datasets-gammapy/cta1dc-gc-2deg.fits.gz", hdu="mask_safe")
    assert found.is_mask
    assert found.data.any()
