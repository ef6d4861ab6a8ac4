"""Flux of many sources: each in its place, none lost, tiles like the whole."""

import os
import resource
import time
import warnings
from pathlib import Path

import astropy.units as u
import numpy as np
import pytest
from astropy.time import Time
from numpy.testing import assert_allclose

from gammapy.data import GTI
from gammapy.datasets import dnde_cube, flux_cube, sources_outside
from gammapy.datasets.bin_fluxes import bin_fluxes
from gammapy.errors import DataError, ModelError
from gammapy.maps import MapAxis, WcsGeom, WcsNDMap
from gammapy.modeling.models import (
    ConstantSpatialModel,
    DiskSpatialModel,
    GaussianSpatialModel,
    LinearTemporalModel,
    LogParabolaSpectralModel,
    Models,
    PointSpatialModel,
    PowerLawSpectralModel,
    ShellSpatialModel,
    SkyModel,
    TemplateSpatialModel,
)

AXIS = MapAxis.from_energy_bounds("0.1 TeV", "100 TeV", nbin=6, name="energy_true")
PLANE = WcsGeom.create(width=(360, 8), binsz=0.2, frame="galactic", axes=[AXIS])
START = Time(51544.0, format="mjd", scale="tt")


def at(lon, lat):
    return {"lon_0": lon * u.deg, "lat_0": lat * u.deg, "frame": "galactic"}


def cube_template():
    nodes = MapAxis.from_nodes([0.05, 2, 200] * u.TeV, name="energy_true", interp="log")
    sky_map = WcsNDMap.create(
        skydir=(20, 1), npix=(12, 9), binsz=0.1, axes=[nodes], frame="galactic", unit="sr-1"
    )
    y, x = np.indices((9, 12))
    sky_map.data += (1 + x + 0.3 * y) * np.array([3.0, 2.0, 0.2])[:, None, None]
    return TemplateSpatialModel(sky_map, normalize=False)


def sky():
    power, bent = PowerLawSpectralModel(), LogParabolaSpectralModel(alpha=2.1, beta=0.1)
    parts = {
        "at-the-seam": (
            power,
            ShellSpatialModel(radius="0.7 deg", width="0.2 deg", **at(180, 0.4)),
        ),
        "point": (bent, PointSpatialModel(**at(83.07, -1.23))),
        "wide": (bent, GaussianSpatialModel(sigma="1.1 deg", **at(300.2, 0.3))),
        "narrow": (power, GaussianSpatialModel(sigma="0.01 deg", **at(0.1, 0.2))),
        "disk": (bent, DiskSpatialModel(r_0="0.5 deg", e=0.7, **at(359.9, -0.5))),
        "equatorial": (
            power,
            GaussianSpatialModel(lon_0="266.4 deg", lat_0="-29 deg", sigma=0.3 * u.deg),
        ),
        "over-the-edge": (power, GaussianSpatialModel(sigma="0.5 deg", **at(40, 4.1))),
        "outside": (power, DiskSpatialModel(r_0="1 deg", **at(50, 8.0))),
        "cube": (power, cube_template()),
    }
    return Models([SkyModel(*pair, name=name) for name, pair in parts.items()])


@pytest.mark.slow
def test_it_is_the_sum_of_the_sources():
    models = sky()
    found = flux_cube(models, PLANE)
    assert found.unit == "cm-2 s-1"
    expected = sum(model.integrate_geom(PLANE).data for model in models)
    assert_allclose(found.data, expected, rtol=1e-6, atol=1e-12 * expected.max())


def test_the_sum_is_the_flux_inside():
    for model in sky()[["at-the-seam", "point", "wide", "narrow", "disk", "equatorial"]]:
        total = flux_cube([model], PLANE).data.sum(axis=(1, 2))
        share = model.spatial_model.integrate_geom(PLANE.to_image()).data.sum()
        assert share == pytest.approx(1.0, abs=3e-3 if model.name == "wide" else 1e-4)
        assert_allclose(total, share * bin_fluxes(model, AXIS.edges.to_value("TeV")), rtol=1e-9)


def test_sources_are_in_their_places():
    """The centroid of what each adds; across the seam longitudes are taken about it."""
    image = PLANE.to_image()
    coord = image.get_coord()
    for model in sky()[["at-the-seam", "point", "narrow", "disk", "equatorial"]]:
        flux = flux_cube([model], PLANE).data[0]
        place = model.position.galactic
        lon = (coord.lon.to_value("deg") - place.l.deg + 180) % 360 - 180
        assert np.sum(flux * lon) / flux.sum() == pytest.approx(0.0, abs=0.11)
        tolerance = 0.11 if model.name == "narrow" else 2e-3
        assert np.sum(flux * coord.lat.to_value("deg")) / flux.sum() == pytest.approx(
            place.b.deg, abs=tolerance
        )


@pytest.mark.parametrize("proj", ["CAR", "TAN"])
def test_tiles_make_up_the_whole(proj):
    geom = WcsGeom.create(
        skydir=(0, 0), npix=(70, 44), binsz=0.15, proj=proj, frame="galactic", axes=[AXIS]
    )
    models = [
        SkyModel(PowerLawSpectralModel(), shape)
        for shape in (
            GaussianSpatialModel(sigma="0.6 deg", **at(0.2, 0.1)),
            PointSpatialModel(**at(0.43, 0.2)),
            DiskSpatialModel(r_0="0.4 deg", edge_width=0, **at(-1.2, 0.6)),
            DiskSpatialModel(r_0="0.4 deg", e=0.6, **at(1.2, -0.6)),
        )
    ]
    whole = flux_cube(models, geom).data
    parts = np.zeros_like(whole)
    for rows in (slice(0, 21), slice(21, 44)):
        for columns in (slice(0, 33), slice(33, 70)):
            wcs = geom.wcs.deepcopy()
            wcs.wcs.crpix = wcs.wcs.crpix - np.array([columns.start, rows.start])
            npix = columns.stop - columns.start, rows.stop - rows.start
            tile = WcsGeom(wcs, npix, axes=geom.axes)
            parts[:, rows, columns] = flux_cube(models, tile).data
    assert_allclose(parts, whole, rtol=0, atol=2e-5 * whole.max())
    assert parts.sum() == pytest.approx(whole.sum(), rel=1e-5)


@pytest.mark.slow
def test_reconstructed_axes_hold_true_energies():
    reco = PLANE.rename_axes("energy_true", "energy")
    models = sky()[["point", "cube"]]
    assert_allclose(flux_cube(models, reco).data, flux_cube(models, PLANE).data, rtol=1e-13)


def test_dnde_is_at_the_centres():
    models = sky()[["wide", "cube"]]
    found = dnde_cube(models, PLANE)
    assert found.unit == "cm-2 s-1 TeV-1 sr-1"
    expected = sum(model.evaluate_geom(PLANE).to_value(found.unit) for model in models)
    # a mean over pixels and a value at their centres
    assert np.all(np.abs(found.data - expected) <= 0.06 * expected.max(axis=(1, 2), keepdims=True))
    wide = dnde_cube(models[["wide"]], PLANE)
    values = models["wide"].evaluate_geom(PLANE).to_value(found.unit)
    assert_allclose(wide.data, values, rtol=0, atol=5e-3 * values.max())


def test_good_times():
    course = LinearTemporalModel(alpha=1, beta="0.1 d-1", t_ref="51544 d", scale="tt")
    model = SkyModel(PowerLawSpectralModel(), PointSpatialModel(**at(3, 0)), course)
    gti = GTI.create([0, 5] * u.d, [1, 7] * u.d, START)
    for cube in (flux_cube, dnde_cube):
        ratio = cube([model], PLANE, gti).data.sum() / cube([model], PLANE).data.sum()
        assert ratio == pytest.approx((1.05 * 1 + 1.6 * 2) / 3, rel=1e-12)


def test_sources_outside_are_named():
    models = sky()
    assert sources_outside(models, PLANE) == ["outside"]
    part = WcsGeom.create(skydir=(180, 0), npix=(30, 30), binsz=0.1, frame="galactic")
    assert sources_outside(models, part) == [n for n in models.names if n != "at-the-seam"]
    assert not flux_cube(models[["outside"]], PLANE).data.any()
    everywhere = SkyModel(PowerLawSpectralModel(), ConstantSpatialModel(), name="all")
    assert sources_outside([everywhere], part) == []


def test_what_is_refused():
    with pytest.raises(DataError, match=r"has axes \[\]: one is needed, 'energy_true' or 'energy'"):
        flux_cube(sky(), PLANE.to_image())
    with pytest.raises(DataError, match="geom = 3 must be a WcsGeom"):
        dnde_cube(sky(), 3)
    with pytest.raises(ModelError, match="'a' has no place on the sky, so no flux on a map"):
        flux_cube([SkyModel(PowerLawSpectralModel(), name="a")], PLANE)
    models = sky()
    models["wide"].spatial_model.sigma.value = -1
    with pytest.raises(ModelError, match="must be positive"):
        flux_cube(models, PLANE)


# -- the plane of the first CTA data challenge --------------------------------------------

FOLDER = os.environ.get("GAMMAPY_DATA")


@pytest.mark.slow
@pytest.mark.skipif(
    FOLDER is None, reason="GAMMAPY_DATA is not set: it names the folder this test reads"
)
def test_the_plane_of_the_data_challenge():
    """1,780 sources, 360 x 10 deg in pixels of 0.1 deg, 15 bins."""
    from tests.contracts.test_cta_1dc_sky import SKY

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # sizes that are no number
        models = Models.read([Path(FOLDER, "cta-1dc-skymodel", f"{name}.xml") for name in SKY])
    axis = MapAxis.from_energy_bounds("0.1 TeV", "100 TeV", nbin=15, name="energy_true")
    geom = WcsGeom.create(width=(360, 10), binsz=0.1, frame="galactic", axes=[axis])
    start = time.process_time()
    cube = flux_cube(models, geom)
    seconds = time.process_time() - start
    outside = sources_outside(models, geom)
    assert len(models) == 1780
    assert len(outside) == 26
    assert {"Crab nebula", "CTA 1"} <= set(outside)
    edges, image = axis.edges.to_value("TeV"), geom.to_image()
    fluxes = np.array([bin_fluxes(model, edges) for model in models])
    inside = np.array([model.spatial_model.integrate_geom(image).data.sum() for model in models])
    assert_allclose(cube.data.sum(axis=(1, 2)), inside @ fluxes, rtol=1e-9)
    # most are wholly inside: what is lost is told of, source by source
    assert np.sum(inside > 0.999) > 1650
    assert seconds < 60
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{seconds:.1f} s, {peak:.2f} GB, {inside.sum():.1f} sources inside")
