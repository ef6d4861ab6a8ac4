"""Whether the predicted counts of the CTA 1DC Galactic plane survey are right; see README.rst.

Tiles of the plane beside brute force, single sources beside simulated events, and the counts of the
whole plane beside fluxes times exposures. Ends with status 1 if a bar is missed.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import numpy as np
from astropy.coordinates import SkyCoord
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.direct_response import DirectResponse
from benchmarks.model_files import FOLDER
from benchmarks.npred_survey import INDEX, RESPONSES, all_sources, write_sources
from benchmarks.report import Report
from benchmarks.truth_sources import PART, Moments, Simulation, in_pixels, moments
from benchmarks.truth_tiles import Tile, extent, place_of, tile_of
from benchmarks.truth_totals import totals
from gammapy.data import ObservationTable
from gammapy.data.groups import group_pointings
from gammapy.datasets.prediction import predict_counts
from gammapy.irf import load_irf_dict_from_file
from gammapy.makers.pointings import PointingsInstrument
from gammapy.maps import Map, MapAxis, WcsGeom
from gammapy.modeling.models import Models, SkyModel

Array = NDArray[np.float64]

SEED = 20261124
#: of the plane, in deg of galactic latitude
HEIGHT = 10.0
#: sides of a tile in pixels, and their size in deg
SIDE, PIXEL = 24, 0.05
#: of the tiles, relative to the peak and to the sum of a band
TILE_BAR = 5e-3
#: of the sources: how many, deg, size of pixels in deg, events of each in each band
SOURCES, EXTENT, FINE_PIXEL, EVENTS = 20, 0.6, 0.02, 1_000_000
#: the bands of the sources, in reconstructed bins
BANDS = [slice(0, 5), slice(5, 10), slice(10, 15)]
#: deg, and relative
CENTROID_BAR, RADIUS_BAR = 0.002, 0.01
#: of the totals, relative; size of pixels in deg where there is no cube
TOTAL_BAR, COARSE_PIXEL = 3e-3, 0.1


@dataclass
class Survey:
    """The sky, and all pointings as ours sees them and as they are summed one by one."""

    models: Models
    instrument: PointingsInstrument
    response: DirectResponse
    axis: MapAxis
    axis_true: MapAxis

    @classmethod
    def read(cls, data: Path) -> Survey:
        """Survey of the data folder."""
        axis = MapAxis.from_energy_bounds("0.1 TeV", "100 TeV", 15)
        axis_true = MapAxis.from_energy_bounds("0.05 TeV", "160 TeV", 24, name="energy_true")
        index = ObservationTable.read(data / INDEX)
        tables = {name: load_irf_dict_from_file(data / file) for name, file in RESPONSES.items()}
        instrument = PointingsInstrument(group_pointings(index), tables, axis_true, axis)
        edges = [a.edges.to_value("TeV") for a in (axis_true, axis)]
        with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what the reader says of the files is told elsewhere
            write_sources(all_sources(data / FOLDER), Path(folder, "sky.xml"))
            models = Models.read(Path(folder, "sky.xml"))
        return cls(models, instrument, DirectResponse.of(index, tables, *edges), axis, axis_true)

    def plane(self, pixel: float) -> WcsGeom:
        """Geometry of the whole plane."""
        return WcsGeom.create(
            skydir=(0.0, 0.0),
            width=(360.0, HEIGHT),
            binsz=pixel,
            frame="galactic",
            proj="CAR",
            axes=[self.axis],
        )

    @cached_property
    def places(self) -> Array:
        """Longitude (from -180) and latitude [n, 2] of all sources in deg."""
        places = np.array([place_of(model) for model in self.models])
        places[:, 0] = (places[:, 0] + 180.0) % 360.0 - 180.0
        return places

    def bins(self) -> list[str]:
        """Names of the reconstructed bins."""
        return _names(self.axis.edges.to_value("TeV"))


def _names(edges: Array) -> list[str]:
    return [f"{low:.3g} - {high:.3g}" for low, high in pairwise(edges)]


def verdict(report: Report, what: str, values: Mapping[str, tuple[float, float]]) -> bool:
    """Say whether numbers are within their bars."""
    good = all(value <= bar for value, bar in values.values())
    words = ", ".join(f"{name} {value:.3g} (bar {bar:g})" for name, (value, bar) in values.items())
    report.line(f"{what}: {words}: {'met' if good else 'MISSED'}")
    return good


# -- tiles -------------------------------------------------------------------------------


def tile_places(survey: Survey) -> dict[str, tuple[float, float]]:
    """Where the tiles are: the densest longitude, the rim of a large shell, high up."""
    rng = np.random.default_rng(SEED)
    lon, lat = survey.places.T
    central = lon[(np.abs(lon) < 10.0) & (np.abs(lat) < 1.0)]
    near = np.abs(central[:, None] - central) < 0.5 * SIDE * PIXEL
    dense = float(central[np.argmax(near.sum(axis=1))])
    shell = survey.models["snr_754"]
    angle = rng.uniform(0.0, 2 * np.pi)
    radius = (shell.spatial_model.radius.value + 0.5 * shell.spatial_model.width.value) * np.array(
        [np.sin(angle), np.cos(angle)]
    )
    rim = np.array(place_of(shell)) + radius
    high = np.flatnonzero(np.abs(np.abs(lat) - 4.0) < 0.3)
    up = survey.places[rng.choice(high)]
    return {
        "densest longitude": (dense, 0.0),
        "rim of snr_754": (float(rim[0]), float(rim[1])),
        "near |b| = 4": (float(up[0]), float(up[1])),
    }


def check_tiles(survey: Survey, cube: Map | None, report: Report) -> bool:
    """All tiles, beside brute force."""
    good = True
    for name, (lon, lat) in tile_places(survey).items():
        geom = tile_of(survey.plane(PIXEL), lon, lat, SIDE)
        start = time.perf_counter()
        tile = Tile(geom, survey.response)
        models = tile.near(survey.models)
        truth = tile.counts(models).reshape(geom.data_shape)
        took = time.perf_counter() - start
        ours = {"predict_counts": predict_counts(models, survey.instrument, geom).data}
        if cube is not None:
            ours["gammapy npred"] = cube.cutout(geom.center_skydir, SIDE * PIXEL).data
        report.line()
        report.line(
            f"tile: {name}, l = {lon:.2f}, b = {lat:.2f} deg, {len(models)} sources may reach it; "
            f"brute force took {took:.0f} s"
        )
        for side, found in ours.items():
            good &= _beside(survey, side, found, truth, report)
    return good


def _beside(survey: Survey, side: str, found: Array, truth: Array, report: Report) -> bool:
    pixel = np.abs(found - truth).max(axis=(1, 2)) / truth.max(axis=(1, 2))
    sums, true_sums = found.sum(axis=(1, 2)), truth.sum(axis=(1, 2))
    total = sums / true_sums - 1.0
    rows = [
        [name, f"{a:.6g}", f"{b:.6g}", f"{100 * t:+.4f}%", f"{100 * p:.4f}%"]
        for name, a, b, t, p in zip(survey.bins(), sums, true_sums, total, pixel, strict=True)
    ]
    report.table(["TeV", side, "brute force", "sum", "worst pixel / peak"], rows)
    worst = {"pixel": float(pixel.max()), "sum": float(np.abs(total).max())}
    return verdict(report, side, {name: (value, TILE_BAR) for name, value in worst.items()})


# -- sources -----------------------------------------------------------------------------


def chosen_sources(survey: Survey, number: int) -> list[SkyModel]:
    """Sources drawn once, as many of each shape, of those in the plane that are small."""
    rng = np.random.default_rng(SEED)
    inside = np.abs(survey.places[:, 1]) < 4.5
    small = [
        model
        for model, is_inside in zip(survey.models, inside, strict=True)
        if is_inside and extent(model) < EXTENT
    ]
    kinds = sorted({type(model.spatial_model).__name__ for model in small})
    found: list[SkyModel] = []
    for n, kind in enumerate(kinds):
        of_kind = [model for model in small if type(model.spatial_model).__name__ == kind]
        share = (number + n) // len(kinds)
        found += [of_kind[i] for i in rng.choice(len(of_kind), share, replace=False)]
    return found


def check_sources(survey: Survey, events: int, report: Report) -> bool:
    """Place and size of single sources, beside simulated events."""
    rng = np.random.default_rng(SEED)
    rows, shifts, sizes, good = [], [], [], True
    names = _names(survey.axis.edges.to_value("TeV")[::5])
    for model in chosen_sources(survey, SOURCES):
        simulation = Simulation(model, survey.response)
        lon, lat = place_of(model)
        geom = _around(survey, lon, lat, simulation.radius, rng)
        ours = predict_counts([model], survey.instrument, geom).data
        for name, band in zip(names, BANDS, strict=True):
            drawn = in_pixels(geom, *simulation.events(events, band, rng))
            a = moments(ours[band].sum(axis=0), geom, lon, lat)
            b = moments(drawn, geom, lon, lat)
            comparison = Comparison.of(a, b, drawn.sum())
            good &= comparison.is_good
            shifts.append(comparison.shift)
            sizes.append(abs(comparison.size))
            rows.append(
                [model.name, type(model.spatial_model).__name__[:-12], name, *comparison.words()]
            )
    header = ["source", "shape", "TeV", "centroid / mdeg", "+-", "r68 / mdeg", "ours - drawn", "+-"]
    report.table([*header, ""], rows)
    report.line(
        f"{len(rows) // len(BANDS)} sources, {len(BANDS)} bands, {events} events drawn of each: "
        f"centroids at most {1e3 * max(shifts):.3f} mdeg apart (bar {1e3 * CENTROID_BAR:g} + "
        f"3 sigma of the drawing), radii {max(sizes):.3%} (bar {RADIUS_BAR:.0%} + 3 sigma): "
        f"{'met' if good else 'MISSED'}"
    )
    return good


def _around(
    survey: Survey, lon: float, lat: float, radius: float, rng: np.random.Generator
) -> WcsGeom:
    """Fine pixels about a source, which is anywhere in the middle one."""
    at = np.array([lon, lat]) + FINE_PIXEL * rng.uniform(-0.5, 0.5, 2)
    return WcsGeom.create(
        skydir=SkyCoord(*at, unit="deg", frame="galactic"),
        npix=2 * int(np.ceil(radius / FINE_PIXEL)) + 1,
        binsz=FINE_PIXEL,
        frame="galactic",
        proj="TAN",
        axes=[survey.axis],
    )


@dataclass
class Comparison:
    """Moments of ours beside those of drawn events.

    Attributes
    ----------
    shift, shift_error : float
        Distance of the centroids in deg, and its standard deviation by the drawing.
    radius : float
        That holds 68% of the drawn events, in deg.
    size, size_error : float
        Relative difference of the radii, and its standard deviation.
    """

    shift: float
    shift_error: float
    radius: float
    size: float
    size_error: float

    @classmethod
    def of(cls, ours: Moments, drawn: Moments, number: float) -> Comparison:
        """Comparison with so many drawn events."""
        return cls(
            shift=float(np.hypot(ours.east - drawn.east, ours.north - drawn.north)),
            shift_error=drawn.spread * float(np.sqrt(2.0 / number)),
            radius=drawn.radius,
            size=ours.radius / drawn.radius - 1.0,
            size_error=float(np.sqrt(PART * (1 - PART) / number)) * drawn.slope / drawn.radius,
        )

    @property
    def is_good(self) -> bool:
        """True within the bars, each with 3 sigma of the drawing."""
        return (
            self.shift <= CENTROID_BAR + 3 * self.shift_error
            and abs(self.size) <= RADIUS_BAR + 3 * self.size_error
        )

    def words(self) -> list[str]:
        """Cells of a table."""
        return [
            f"{1e3 * self.shift:.3f}",
            f"{1e3 * self.shift_error:.3f}",
            f"{1e3 * self.radius:.2f}",
            f"{self.size:+.3%}",
            f"{self.size_error:.3%}",
            "" if self.is_good else "MISSED",
        ]


# -- totals ------------------------------------------------------------------------------


def check_totals(survey: Survey, cube: Map | None, report: Report) -> bool:
    """Counts of the whole plane in each bin, beside fluxes times exposures."""
    if cube is None:
        cube = predict_counts(survey.models, survey.instrument, survey.plane(COARSE_PIXEL))
        report.line(f"ours: predict_counts on pixels of {COARSE_PIXEL:g} deg")
    ours = cube.data.sum(axis=(1, 2), dtype=float)
    truth = totals(survey.models, survey.response, HEIGHT, COARSE_PIXEL)
    plain = ours / truth.inside - 1.0
    explained = ours / (truth.inside - truth.leave + truth.enter) - 1.0
    rows = [
        [name, *(f"{x:.6g}" for x in numbers[:4]), *(f"{100 * x:+.4f}%" for x in numbers[4:])]
        for name, *numbers in zip(survey.bins(), ours, *truth, plain, explained, strict=True)
    ]
    header = ["TeV", "ours", "flux x exposure", "leave", "enter", "difference", "explained"]
    report.table(header, rows)
    worst = float(np.abs(explained).max())
    return verdict(report, "totals", {"relative": (worst, TOTAL_BAR)})


# -- command -----------------------------------------------------------------------------


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=["tiles", "sources", "totals"], nargs="+")
    parser.add_argument("--cube", type=Path, help="what gammapy npred wrote for the whole plane")
    parser.add_argument("--events", type=int, default=EVENTS, help="drawn of a source in a band")
    parser.add_argument("--save", action="store_true", help="keep a copy in results/")
    return parser.parse_args()


def main() -> int:
    chosen = options()
    report = Report("npred_truth", "Whether the counts of the CTA 1DC survey are right")
    survey = Survey.read(Path(os.environ["GAMMAPY_DATA"]))
    cube = None if chosen.cube is None else Map.read(chosen.cube)
    parts: dict[str, Callable[[], bool]] = {
        "tiles": lambda: check_tiles(survey, cube, report),
        "sources": lambda: check_sources(survey, chosen.events, report),
        "totals": lambda: check_totals(survey, cube, report),
    }
    good = True
    for name in chosen.part or list(parts):
        report.line()
        report.line(name)
        report.line("-" * len(name))
        good &= parts[name]()
    if chosen.save:
        report.save()
    return int(not good)


if __name__ == "__main__":
    sys.exit(main())
