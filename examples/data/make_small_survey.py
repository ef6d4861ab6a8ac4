"""Invent a small survey: six pointings along the Galactic plane, their responses, and a sky.

    python make_small_survey.py [FOLDER]

writes ``obs-index.fits.gz``, ``near.fits.gz`` and ``far.fits.gz`` (responses, in the layout of
GADF), and ``sky.yaml`` into a folder (``small-survey`` beside this script by default). The
responses are of the size and shape that an array of Cherenkov telescopes has. Nothing is random:
the same files come out every time.
"""

import sys
from pathlib import Path

import astropy.units as u
import numpy as np
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.table import Table

from gammapy.fits_file import write_hdus
from gammapy.irf import (
    Background2D,
    EffectiveAreaTable2D,
    EnergyDependentMultiGaussPSF,
    EnergyDispersion2D,
)
from gammapy.maps import MapAxis
from gammapy.modeling.models import (
    ExpCutoffPowerLawSpectralModel,
    GaussianSpatialModel,
    Models,
    PointSpatialModel,
    PowerLawSpectralModel,
    ShellSpatialModel,
    SkyModel,
)

#: response -> largest effective area, width of the point spread function at 1 TeV
RESPONSES = {"near": (2e6 * u.m**2, 0.05), "far": (1e6 * u.m**2, 0.07)}
#: deg, along the Galactic plane
POINTINGS = np.array([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5])


def response(largest, width):
    """Tables that fall towards the edge of the field of view, at 3 deg."""
    energy = MapAxis.from_energy_bounds(
        "0.05 TeV", "150 TeV", 4, per_decade=True, name="energy_true"
    )
    offset = MapAxis.from_edges(np.linspace(0, 3, 4), unit="deg", name="offset")
    e = energy.center.to_value("TeV")[:, np.newaxis]
    off = offset.center.value
    fall = np.exp(-0.5 * (off / 1.8) ** 2)
    aeff = EffectiveAreaTable2D(
        [energy, offset], data=(largest / (1 + e**-1.5) * fall).to_value("m2"), unit="m2"
    )
    names = ("scale", "sigma_1", "ampl_2", "sigma_2", "ampl_3", "sigma_3")
    shape = np.zeros((energy.nbin, offset.nbin), dtype=[(name, float) for name in names])
    shape["scale"], shape["ampl_2"] = 1.0, 0.1
    shape["sigma_1"] = width * e**-0.3 * (1 + 0.1 * off)
    shape["sigma_2"] = 2.5 * shape["sigma_1"]
    psf = EnergyDependentMultiGaussPSF([energy, offset], data=shape)
    migra = MapAxis.from_edges(np.linspace(0.2, 2.0, 61), name="migra")
    edisp = EnergyDispersion2D.from_gauss(energy, migra, offset, 0.0, 0.12)
    reco = MapAxis.from_energy_bounds("0.05 TeV", "100 TeV", 4, per_decade=True)
    rate = 30.0 * reco.center.to_value("TeV")[:, np.newaxis] ** -2.7 * fall
    bkg = Background2D([reco, offset], data=rate, unit="s-1 TeV-1 sr-1")
    return {"aeff": aeff, "psf": psf, "edisp": edisp, "bkg": bkg}


def index():
    """One hour at each of the six places, the outer ones with the smaller instrument."""
    sky = SkyCoord(POINTINGS, 0.0 * POINTINGS, unit="deg", frame="galactic").icrs
    start = 86400.0 * np.arange(len(POINTINGS))
    table = Table(
        {
            "OBS_ID": np.arange(1, len(POINTINGS) + 1),
            "RA_PNT": sky.ra.deg * u.deg,
            "DEC_PNT": sky.dec.deg * u.deg,
            "TSTART": start * u.s,
            "TSTOP": (start + 3600.0) * u.s,
            "ONTIME": np.full(len(POINTINGS), 3600.0) * u.s,
            "LIVETIME": np.full(len(POINTINGS), 3500.0) * u.s,
            "DEADC": np.full(len(POINTINGS), 3500.0 / 3600.0),
            "IRF": ["far" if abs(lon) > 2 else "near" for lon in POINTINGS],
        }
    )
    table.meta.update(MJDREFI=59000, MJDREFF=0.0, TIMESYS="TT", TIMEUNIT="s")
    table.meta.update(HDUCLASS="GADF", HDUCLAS1="INDEX", HDUCLAS2="OBS")
    return fits.BinTableHDU(table, name="OBS_INDEX")


def sky():
    """A point, a nebula, a shell across the middle, and a source that nobody sees."""
    here = {"frame": "galactic"}
    spectra = [
        PowerLawSpectralModel(index=2.3, amplitude="2e-12 cm-2 s-1 TeV-1"),
        ExpCutoffPowerLawSpectralModel(
            index=2.0, amplitude="1e-11 cm-2 s-1 TeV-1", lambda_="0.05 TeV-1"
        ),
        PowerLawSpectralModel(index=2.6, amplitude="8e-12 cm-2 s-1 TeV-1"),
        PowerLawSpectralModel(),
    ]
    shapes = [
        PointSpatialModel(lon_0="0.31 deg", lat_0="0.12 deg", **here),
        GaussianSpatialModel(lon_0="-1.2 deg", lat_0="-0.3 deg", sigma="0.2 deg", **here),
        ShellSpatialModel(
            lon_0="1.4 deg", lat_0="0.2 deg", radius="0.35 deg", width="0.1 deg", **here
        ),
        PointSpatialModel(lon_0="40 deg", lat_0="0 deg", **here),
    ]
    names = ("pulsar", "nebula", "shell", "far away")
    return Models(
        SkyModel(spectrum, shape, name=name)
        for spectrum, shape, name in zip(spectra, shapes, names, strict=True)
    )


def main(folder):
    folder.mkdir(exist_ok=True)
    for name, (largest, width) in RESPONSES.items():
        tables = response(largest, width).values()
        hdus = [fits.PrimaryHDU(), *(table.to_table_hdu() for table in tables)]
        write_hdus({folder / f"{name}.fits.gz": hdus}, overwrite=True)
    write_hdus({folder / "obs-index.fits.gz": [fits.PrimaryHDU(), index()]}, overwrite=True)
    sky().write(folder / "sky.yaml", overwrite=True)


if __name__ == "__main__":
    here = Path(__file__).parent / "small-survey"
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else here)
