"""Response tables in files: what is read although it is odd, and what is refused, by its name."""

import warnings

import astropy.units as u
import numpy as np
import pytest
from astropy.io import fits

from gammapy.errors import FileFormatError, GammapyWarning, UnknownNameError
from gammapy.irf import Background3D, EffectiveAreaTable2D, EnergyDispersion2D, PSFKing
from gammapy.irf.table_file import irf_from_hdu
from tests.irf.made import (
    area,
    background_2d,
    background_3d,
    data_folder,
    dispersion,
    gauss,
    king,
    table,
)


def changed(hdu, rename=None, units=None, values=None, drop=(), order=None, cards=None):
    """The same table with other names, units, values, or order of the columns."""
    columns = []
    for column in hdu.columns:
        if column.name in drop:
            continue
        array = hdu.data[column.name]
        if values and column.name in values:
            array = values[column.name](array)
        name = (rename or {}).get(column.name, column.name)
        unit = (units or {}).get(column.name, column.unit)
        shape = array.shape[1:]
        dim = f"({','.join(map(str, shape[::-1]))})" if len(shape) > 1 else None
        form = f"{int(np.prod(shape))}D"
        columns.append(fits.Column(name, form, unit=unit, dim=dim, array=array))
    columns = [columns[k] for k in order] if order else columns
    new = fits.BinTableHDU.from_columns(columns, name=hdu.name)
    new.header.update({card: value for card, value in hdu.header.items() if card[:4] == "HDUC"})
    new.header.update(cards or {})
    return new


def read(irf, **changes):
    return irf_from_hdu(type(irf), changed(irf.to_table_hdu(), **changes), "odd.fits")


# -- odd and understood -------------------------------------------------------------------


@pytest.mark.parametrize("unit", ["m2", "m^2", "m**2", " m2 "])
def test_units_of_areas(unit):
    irf = area()
    assert read(irf, units={"EFFAREA": unit}).is_allclose(irf, rtol=1e-15)


@pytest.mark.parametrize(
    "unit", ["1/s/MeV/sr", "s-1 MeV-1 sr-1", "1/(MeV s sr)", "s^-1 MeV^-1 sr^-1", "1 / (s MeV sr)"]
)
def test_units_of_backgrounds(unit):
    irf = background_3d()
    again = read(irf, units={"BKG": unit})
    assert again.unit == u.Unit("s-1 MeV-1 sr-1")
    assert again.is_allclose(irf, rtol=1e-15)


def test_other_units_are_converted():
    irf = background_2d()
    assert read(irf, units={"BKG": "s-1 TeV-1 sr-1"}).rate([1, 2], 0, 0) == pytest.approx(
        1e-6 * irf.rate([1, 2], 0, 0)
    )
    energies = {"ENERG_LO": "GeV", "ENERG_HI": "GeV"}
    assert read(area(), units=energies).axes["energy_true"].edges[0].to_value("GeV") == (
        pytest.approx(0.1)
    )


def test_edges_of_two_units():
    irf = area()
    values = {"ENERG_HI": lambda x: x * 1e3}
    assert read(irf, units={"ENERG_HI": "GeV"}, values=values).is_allclose(irf, rtol=1e-12)


@pytest.mark.parametrize(
    ("irf", "column", "unit"),
    [
        (area(), "EFFAREA", "m2"),
        (area(), "THETA_LO", "deg"),
        (king(), "SIGMA", "deg"),
        (table().to_unit("sr-1"), "RPSF", "1 / sr"),
        (background_3d(), "BKG", "1 / (MeV s sr)"),
    ],
)
@pytest.mark.parametrize("nothing", [None, "", "  "])
def test_a_missing_unit_is_named_and_taken(irf, column, unit, nothing):
    with pytest.warns(GammapyWarning, match=column) as caught:
        again = read(irf, units={column: nothing})
    assert f"column {column} names no unit, {unit!r} is taken" in str(caught[0].message)
    assert again.is_allclose(irf, rtol=1e-12)


def test_numbers_need_no_unit():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read(gauss(), units={"SCALE": None, "AMPL_2": None, "AMPL_3": None})
        read(dispersion(), units={"MATRIX": None, "MIGRA_LO": None, "MIGRA_HI": None})


def test_a_scale_may_have_any_unit():
    again = read(gauss(), units={"SCALE": "sr^(-1)"})
    assert np.array_equal(again.data, gauss().data)
    assert not again.is_allclose(gauss())


@pytest.mark.parametrize("irf", [area(), gauss(), table(), dispersion()])
def test_true_energies_have_two_names(irf):
    names = {"ENERG_LO": "ETRUE_LO", "ENERG_HI": "ETRUE_HI"}
    assert read(irf, rename=names).is_allclose(irf, rtol=1e-15)


def test_backgrounds_have_two_names():
    irf = background_3d()
    assert read(irf, rename={"BKG": "BGD"}).is_allclose(irf, rtol=1e-15)


def test_names_of_columns_in_lower_case():
    irf = area()
    names = {name: name.lower() for name in irf.to_table_hdu().columns.names}
    assert read(irf, rename=names).is_allclose(irf, rtol=1e-15)


def test_order_of_the_columns_is_that_of_the_dimensions():
    irf = background_3d()  # columns ENERG, DETX, DETY, BKG; sizes 5, 4, 3
    turned = {"BKG": lambda x: np.transpose(x, (0, 3, 2, 1))}  # file [y, x, energy] -> [e, x, y]
    again = read(irf, values=turned, order=[2, 3, 4, 5, 0, 1, 6])
    assert again.is_allclose(irf, rtol=1e-15)
    # and with the columns DETX, DETY, ENERG in their order, [energy, y, x]
    turned = {"BKG": lambda x: np.transpose(x, (0, 3, 1, 2))}
    again = read(irf, values=turned, order=[2, 3, 4, 5, 0, 1, 6])
    assert again.is_allclose(irf, rtol=1e-15)


def test_a_square_background_with_energy_last_is_read_as_energy_x_y():
    axes = [background_3d().axes[0]] + [
        background_3d().axes["fov_lon"].copy(name=name) for name in ("fov_lon", "fov_lat")
    ]
    data = np.random.default_rng(2).uniform(1, 2, (5, 4, 4))
    irf = Background3D(axes, data)
    turned = {"BKG": lambda x: np.transpose(x, (0, 3, 2, 1))}
    again = read(irf, values=turned, order=[2, 3, 4, 5, 0, 1, 6])
    np.testing.assert_array_equal(again.data, data)


def test_an_order_that_only_the_sizes_tell_is_named():
    irf = area()
    with pytest.warns(GammapyWarning, match=r"by the sizes it is \['energy_true', 'offset'\]"):
        again = read(irf, values={"EFFAREA": lambda x: np.transpose(x, (0, 2, 1))})
    assert again.is_allclose(irf, rtol=1e-15)


def test_axes_of_nodes():
    values = {name: lambda x: np.array([[0.0, 0.5, 1.0]]) for name in ("THETA_LO", "THETA_HI")}
    axis = read(area(), values=values).axes["offset"]
    assert axis.node_type == "center"
    np.testing.assert_allclose(axis.center.value, [0.0, 0.5, 1.0])


def test_an_axis_of_one_node_is_constant():
    irf = area().slice_by_idx({"offset": slice(1, 2)})
    again = read(irf)
    assert again.axes["offset"].nbin == 1
    np.testing.assert_allclose(again.area(1.0, [1.0, 1.5, 2.0]), irf.area(1.0, 1.5), rtol=1e-12)
    node = {name: lambda x: np.array([[0.5]]) for name in ("THETA_LO", "THETA_HI")}
    again = read(irf, values=node)
    np.testing.assert_allclose(again.area(1.0, [0.0, 0.5, 1.0]), irf.area(1.0, 1.5), rtol=1e-12)


# -- refused ------------------------------------------------------------------------------

DOWN = {name: lambda x: x[:, ::-1] for name in ("ENERG_LO", "ENERG_HI")}


def poked(value):
    def poke(array):
        array = np.array(array)
        array[(0,) + (1,) * (array.ndim - 1)] = value
        return array

    return poke


@pytest.mark.parametrize(
    ("irf", "changes", "message"),
    [
        (area(), {"values": DOWN}, "axis ENERG_LO descends"),
        (area(), {"values": {"ENERG_LO": poked(7.0)}}, "descends or has empty bins"),
        (
            area(),
            {"values": {"THETA_LO": poked(0.8)}},
            r"gap or overlap between bins 0 \(1\) and 1",
        ),
        (area(), {"values": {"ENERG_LO": poked(np.nan)}}, "ENERG"),
        (area(), {"values": {"THETA_LO": lambda x: x[:, :2]}}, "THETA_LO has 2 values"),
        (area(), {"values": {"EFFAREA": poked(np.nan)}}, "1 of 18 values are negative or not"),
        (area(), {"values": {"EFFAREA": poked(-1.0)}}, "the first is -1.0 at bin"),
        (gauss(), {"values": {"SIGMA_2": poked(-1.0)}}, "'sigma_2' has values that are negative"),
        (dispersion(), {"values": {"MATRIX": poked(np.inf)}}, "negative or not finite"),
        (area(), {"values": {"EFFAREA": lambda x: x[:, :, :4]}}, r"shape \(3, 4\) does not fit"),
        (area(), {"values": {"EFFAREA": lambda x: x.reshape(1, -1)}}, r"shape \(18,\) does not"),
        (area(), {"units": {"EFFAREA": "s"}}, "has the unit 's', one like 'm2' is needed"),
        (
            area(),
            {"units": {"EFFAREA": "square metres"}},
            "'square metres', which astropy does not",
        ),
        (area(), {"units": {"THETA_HI": "TeV"}}, "THETA_HI has the unit 'TeV'"),
        (background_3d(), {"units": {"BKG": "s-1 sr-1"}}, "one like '1 / .MeV s sr.' is needed"),
        (area(), {"drop": ["EFFAREA"]}, "no column EFFAREA"),
        (area(), {"drop": ["ENERG_HI"]}, "no column ENERG_HI"),
        (background_3d(), {"drop": ["DETY_LO"]}, "no column DETY_LO"),
        (background_3d(), {"cards": {"FOVALIGN": "DOWN"}}, "fov_alignment = 'DOWN' is not one"),
    ],
)
def test_what_is_refused(irf, changes, message):
    with pytest.raises(FileFormatError, match=message) as caught:
        read(irf, **changes)
    assert "odd.fits: table" in str(caught.value)


@pytest.mark.parametrize("rows", [0, 2])
def test_number_of_rows(rows):
    hdu = area().to_table_hdu()
    more = fits.BinTableHDU(np.repeat(hdu.data, rows), header=hdu.header)
    with pytest.raises(FileFormatError, match=f"has {rows} rows: a response has exactly one"):
        irf_from_hdu(EffectiveAreaTable2D, more, "odd.fits")


def test_ambiguous_order():
    """Three energies and three offsets, and the migration in the wrong place."""
    irf = dispersion().slice_by_idx({"energy_true": slice(0, 3)})
    with pytest.raises(FileFormatError, match="their sizes do not tell another"):
        read(irf, values={"MATRIX": lambda x: np.transpose(x, (0, 1, 3, 2))})


def test_what_is_no_table():
    with pytest.raises(FileFormatError, match="is no table, but PrimaryHDU"):
        irf_from_hdu(EffectiveAreaTable2D, fits.PrimaryHDU(), "odd.fits")


def test_the_part_that_is_read(tmp_path):
    path = tmp_path / "many.fits"
    hdus = fits.HDUList([fits.PrimaryHDU(), king().to_table_hdu(), dispersion().to_table_hdu()])
    hdus.writeto(path)
    assert EnergyDispersion2D.read(path).is_allclose(dispersion(), rtol=1e-15)
    assert PSFKing.read(path, hdu="POINT SPREAD FUNCTION").is_allclose(king(), rtol=1e-15)
    with pytest.raises(FileFormatError, match="holds no EffectiveAreaTable2D"):
        EffectiveAreaTable2D.read(path)
    with pytest.raises(UnknownNameError, match="no part 'AEFF': known are"):
        EffectiveAreaTable2D.read(path, hdu="AEFF")
    with pytest.raises(FileFormatError, match="no column"):
        EffectiveAreaTable2D.read(path, hdu=2)


def test_events_tell_the_order_of_a_square_background():
    """In H.E.S.S. files [energy, x, y] is likelier by far than [energy, y, x]."""
    gain = 0.0
    for run in (23523, 23526, 23559, 23592):
        path = data_folder() / f"hess-dl3-dr1/data/hess_dl3_dr1_obs_id_0{run}.fits.gz"
        rate = Background3D.read(path)
        with fits.open(path) as hdus:
            events, header = hdus["EVENTS"].data, hdus["EVENTS"].header
            ra, dec, energy = (np.asarray(events[n], dtype=float) for n in ("RA", "DEC", "ENERGY"))
            pointed = np.deg2rad([header["RA_PNT"], header["DEC_PNT"]])
            source = np.hypot((ra - 83.633) * np.cos(np.deg2rad(22.0)), dec - 22.014)
        x, y = tangent(np.deg2rad(ra), np.deg2rad(dec), *pointed)
        keep = (np.hypot(x, y) < 2.3) & (source > 0.3) & (energy > 0.6) & (energy < 20)
        likely = []
        for lon, lat in ((x, y), (y, x)):
            values = rate.evaluate(
                energy=energy[keep] * u.TeV, fov_lon=lon[keep] * u.deg, fov_lat=lat[keep] * u.deg
            )
            likely.append(np.log(np.maximum(values.value, 1e-9)).sum())
        gain += likely[0] - likely[1]
    assert gain > 50


def tangent(ra, dec, ra0, dec0):
    """Place in the field of view in deg, near enough for this."""
    z = np.sin(dec0) * np.sin(dec) + np.cos(dec0) * np.cos(dec) * np.cos(ra - ra0)
    x = np.cos(dec) * np.sin(ra - ra0) / z
    y = (np.cos(dec0) * np.sin(dec) - np.sin(dec0) * np.cos(dec) * np.cos(ra - ra0)) / z
    return np.rad2deg(x), np.rad2deg(y)
