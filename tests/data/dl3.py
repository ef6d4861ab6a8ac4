"""A small folder of observations in the layout of GADF, and the folder of real ones."""

import os
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table

from gammapy.irf import EffectiveAreaTable2D
from gammapy.maps import MapAxis

HEADER = {
    "EXTNAME": "EVENTS",
    "HDUCLASS": "GADF",
    "HDUCLAS1": "EVENTS",
    "OBS_ID": 1,
    "TELESCOP": "TEST",
    "INSTRUME": "ONE",
    "OBJECT": "nothing",
    "OBS_MODE": "POINTING",
    "RA_PNT": 83.0,
    "DEC_PNT": 22.0,
    "RA_OBJ": 83.6,
    "DEC_OBJ": 22.1,
    "TSTART": 1000.0,
    "TSTOP": 1100.0,
    "ONTIME": 100.0,
    "LIVETIME": 90.0,
    "DEADC": 0.9,
    "MJDREFI": 51910,
    "MJDREFF": 0.25,
    "TIMESYS": "TT",
    "TIMEUNIT": "s",
    "GEOLON": 16.5,
    "GEOLAT": -23.3,
    "ALTITUDE": 1835.0,
}


def folder_of_data() -> Path:
    """The folder of real data; the test is skipped where there is none."""
    folder = os.environ.get("GAMMAPY_DATA")
    if not folder:
        pytest.skip("GAMMAPY_DATA is not set: it names the folder this test reads")
    return Path(folder)


def events_table(n=5, **header):
    """Events at 1010, 1020... s, 83, 83.2... deg, with 1, 2... TeV; a card None is left out."""
    columns = {
        "EVENT_ID": np.arange(n),
        "TIME": 1010.0 + 10 * np.arange(n),
        "RA": 83.0 + 0.2 * np.arange(n),
        "DEC": np.full(n, 22.0),
        "ENERGY": 1.0 + np.arange(n),
    }
    table = Table(columns)
    for name, unit in (("TIME", "s"), ("RA", "deg"), ("DEC", "deg"), ("ENERGY", "TeV")):
        table[name].unit = unit
    table.meta = {k: v for k, v in {**HEADER, **header}.items() if v is not None}
    return table


def gti_hdu(start=(1000.0,), stop=(1100.0,)):
    columns = [
        fits.Column("START", "D", unit="s", array=np.array(start)),
        fits.Column("STOP", "D", unit="s", array=np.array(stop)),
    ]
    hdu = fits.BinTableHDU.from_columns(columns, name="GTI")
    hdu.header.update({"MJDREFI": 51910, "MJDREFF": 0.25, "TIMESYS": "TT", "HDUCLAS1": "GTI"})
    return hdu


def area(value=1e9):
    energy = MapAxis.from_energy_bounds("0.1 TeV", "10 TeV", nbin=4, name="energy_true")
    offset = MapAxis.from_edges([0, 1, 2], unit="deg", name="offset")
    return EffectiveAreaTable2D([energy, offset], np.full((4, 2), value), "cm2")


def write_observation(path, table=None, gti=None, responses=()):
    """One file with events, good times and responses."""
    table = events_table() if table is None else table
    parts = [fits.PrimaryHDU(), fits.table_to_hdu(table), gti_hdu() if gti is None else gti]
    fits.HDUList([*parts, *(one.to_table_hdu() for one in responses)]).writeto(path)
    return path


def write_folder(folder, ids=(1, 2, 3), absent=()):
    """Two indices, and the files of the observations that are not absent."""
    (folder / "data").mkdir()
    rows, pointings = [], []
    for i, one in enumerate(ids):
        name = f"run_{one}.fits"
        table = events_table(OBS_ID=one, RA_PNT=83.0 + i, TSTART=1000.0 + 200 * i)
        table["TIME"] += 200 * i
        gti = gti_hdu((1000.0 + 200 * i,), (1100.0 + 200 * i,))
        if one not in absent:
            write_observation(folder / "data" / name, table, gti, [area()])
        for kind, layout, hdu in (
            ("events", "events", "EVENTS"),
            ("gti", "gti", "GTI"),
            ("aeff", "aeff_2d", "EFFECTIVE AREA"),
        ):
            rows.append((one, kind, layout, "data", name, hdu))
        pointings.append((one, 83.0 + i, 22.0, 1000.0 + 200 * i, 1100.0 + 200 * i, 90.0, "abc"[i]))
    names = ["OBS_ID", "HDU_TYPE", "HDU_CLASS", "FILE_DIR", "FILE_NAME", "HDU_NAME"]
    hdu_index = Table(rows=rows, names=names, meta={"EXTNAME": "HDU_INDEX"})
    names = ["OBS_ID", "RA_PNT", "DEC_PNT", "TSTART", "TSTOP", "LIVETIME", "OBJECT"]
    times = {key: HEADER[key] for key in ("MJDREFI", "MJDREFF", "TIMESYS")}
    obs_index = Table(rows=pointings, names=names, meta={"EXTNAME": "OBS_INDEX", **times})
    for name, unit in (("RA_PNT", "deg"), ("DEC_PNT", "deg"), ("TSTART", "s"), ("TSTOP", "s")):
        obs_index[name].unit = unit
    hdu_index.write(folder / "hdu-index.fits.gz", format="fits")
    obs_index.write(folder / "obs-index.fits.gz", format="fits")
    return folder
