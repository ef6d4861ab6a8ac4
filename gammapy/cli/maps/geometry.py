"""Options that describe the pixels of a map, or name a file that has them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gammapy.cli.errors import InputError, check_file

if TYPE_CHECKING:
    from gammapy.maps import MapAxis, WcsGeom

__all__ = [
    "energy_axis_true",
    "energy_true_option",
    "first_image",
    "geometry_of",
    "geometry_options",
]

#: pixels by which a width that is rounded to whole ones may go beyond a turn
_ROUNDING = 0.5 + 1e-6
#: what an option is where neither it nor a file is given
_DEFAULTS = {
    "binsz": "0.05",
    "center": "0,0",
    "frame": "galactic",
    "proj": "CAR",
    "energy": "0.1,100,15",
}
_OPTIONS = (
    click.option(
        "--energy",
        metavar="LOW,HIGH,BINS",
        help="Energy bins of equal logarithmic width, in TeV or with units  [default: 0.1,100,15]",
    ),
    click.option("--proj", metavar="CODE", help="Projection: CAR, TAN, AIT...  [default: CAR]"),
    click.option(
        "--frame",
        type=click.Choice(["galactic", "icrs"]),
        help="Frame of the map and its center  [default: galactic]",
    ),
    click.option("--center", metavar="LON,LAT", help="Middle of the map in deg  [default: 0,0]"),
    click.option(
        "--binsz", metavar="DEG", help="Size of a pixel, or LON,LAT sizes  [default: 0.05]"
    ),
    click.option("--width", metavar="LON,LAT", help="Size of the map in deg, e.g. 360,10."),
    click.option(
        "--geom",
        "geom_file",
        type=click.Path(path_type=Path),
        help="FITS file of a map, whose pixels and energy bins are taken.",
    ),
)


def geometry_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options; their values come as one mapping ``geometry``."""

    @wraps(function)  # with the options that it has already
    def gathered(**values: Any) -> Any:
        names = ("geom_file", "width", *_DEFAULTS)
        return function(geometry={name: values.pop(name) for name in names}, **values)

    decorated: Callable[..., Any] = gathered
    for option in _OPTIONS:
        decorated = option(decorated)
    return decorated


def energy_true_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Bins of true energies."""
    return click.option(
        "--energy-true",
        metavar="LOW,HIGH,BINS",
        default="0.05,160,24",
        show_default=True,
        help="True energies; they must reach beyond the others as far as events are dispersed.",
    )(function)


def geometry_of(options: dict[str, Any]) -> WcsGeom:
    """Geometry with one axis ``energy``.

    Raises
    ------
    InputError
        If options contradict each other, or one cannot be used.
    """
    geom = _of_options(options) if options["geom_file"] is None else _of_file(options)
    n_x = geom.data_shape[-1]
    if geom.period and n_x > geom.period + _ROUNDING:
        raise InputError(
            f"the map is {n_x} pixels wide and {geom.period:.6g} go around the sky: what it shows "
            "twice would count twice, give a smaller --width"
        )
    return geom


def _of_options(options: dict[str, Any]) -> WcsGeom:
    if options["width"] is None:
        raise InputError(
            "the size of the map is needed: give --width, e.g. --width 360,10, or --geom with the "
            "file of another map"
        )
    from gammapy.maps import WcsGeom

    given = {name: options[name] or default for name, default in _DEFAULTS.items()}
    return WcsGeom.create(
        width=_pair(options["width"], "--width"),
        binsz=_pair(given["binsz"], "--binsz"),
        skydir=_pair(given["center"], "--center"),
        frame=given["frame"],
        proj=given["proj"].upper(),
        axes=[_energy_axis(given["energy"], "--energy", "energy")],
    )


def energy_axis_true(text: str, energy_axis: MapAxis) -> MapAxis:
    """Axis of true energies, which holds the reconstructed ones."""
    axis = _energy_axis(text, "--energy-true", "energy_true")
    if axis.edges[0] > energy_axis.edges[0] or axis.edges[-1] < energy_axis.edges[-1]:
        raise InputError(
            f"--energy-true {text!r} does not hold the energies of the map, "
            f"{energy_axis.edges[0]:.4g} to {energy_axis.edges[-1]:.4g}: give more"
        )
    return axis


def _of_file(options: dict[str, Any]) -> WcsGeom:
    names = ("width", "binsz", "center", "frame", "proj")
    both = [f"--{name}" for name in names if options[name] is not None]
    if both:
        raise InputError(f"--geom says what {', '.join(both)} would: leave one out")
    geom = _read(options["geom_file"])
    if options["energy"] is not None:
        return geom.to_image().to_cube([_energy_axis(options["energy"], "--energy", "energy")])
    axes = geom.axes
    if len(axes) == 1 and axes[0].name == "energy_true":
        return geom.to_image().to_cube([axes[0].copy(name="energy")])
    if axes.names != ["energy"]:
        raise InputError(
            f"--geom {options['geom_file']}: its axes are {axes.names}, one named energy is "
            "needed: give --energy too"
        )
    return geom


def _read(file: Path) -> WcsGeom:
    """Geometry of the first image in a file; its data are not read."""
    from astropy.io import fits

    from gammapy.maps import WcsGeom

    check_file(file, f"--geom {file}")
    try:
        with fits.open(file, memmap=True) as hdus:
            image = first_image(hdus)
            if image is not None:
                name = image.header.get("BANDSHDU")
                return WcsGeom.from_header(image.header, hdus[name] if name else None)
    except (OSError, KeyError, ValueError, TypeError) as error:
        raise InputError(f"--geom {file} cannot be used: {error}") from error
    raise InputError(f"--geom {file} has no image of the sky")


def first_image(hdus: Any) -> Any:
    """First extension of an open FITS file that has an image or a cube; None if there is none."""
    images = (hdu for hdu in hdus if hdu.is_image and hdu.header.get("NAXIS", 0) >= 2)
    return next(images, None)


def _numbers(text: str, option: str, count: tuple[int, ...], form: str) -> list[float]:
    try:
        values = [float(part) for part in text.split(",")]
    except ValueError:
        values = []
    if len(values) not in count:
        raise InputError(f"{option} {text!r} must be {form}")
    return values


def _pair(text: str, option: str) -> tuple[float, float]:
    single = option in ("--binsz", "--width")
    form = "one number or two, in deg, e.g. 10,5" if single else "two numbers in deg, e.g. 0,0"
    values = _numbers(text, option, (1, 2) if single else (2,), form)
    return values[0], values[-1]


def _energy_axis(text: str, option: str, name: str) -> MapAxis:
    import astropy.units as u

    from gammapy.maps import MapAxis
    from gammapy.units import as_quantity

    form = "LOW,HIGH,BINS, e.g. 0.1,100,15 (TeV) or '30 GeV,100 TeV,15'"
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != 3 or not parts[2].isdigit() or int(parts[2]) < 1:
        raise InputError(f"{option} {text!r} must be {form}")
    low, high = (_energy(part, option, u.TeV, as_quantity) for part in parts[:2])
    if not 0 < low < high < float("inf"):
        raise InputError(f"{option} {text!r}: energies must be positive and ascend: {form}")
    return MapAxis.from_energy_bounds(low, high, int(parts[2]), unit="TeV", name=name)


def _energy(text: str, option: str, unit: Any, as_quantity: Callable[..., Any]) -> float:
    try:
        return float(text)
    except ValueError:
        return float(as_quantity(text, option, unit).to_value(unit))
