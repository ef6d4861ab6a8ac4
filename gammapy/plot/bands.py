"""A picture for each energy band of a cube that is read plane by plane."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from gammapy.atomic import write_bytes
from gammapy.maps import WcsGeom, WcsNDMap
from gammapy.optional import require
from gammapy.plot.axes import plain_numbers
from gammapy.plot.map import plot_map

__all__ = ["write_bands"]

#: a map that is wider than so many times its height is drawn in strips, one above the other
_WIDEST = 8.0
#: pixels of a strip that are drawn, at most: beyond, several become their mean
_DRAWN = 2000
#: inches: width of strips; left of, right of and below each; above all; the bar of colours
_WIDTH, _LEFT, _RIGHT, _BELOW, _ABOVE, _BAR = 10.0, 0.9, 0.3, 0.6, 0.4, 0.8
#: colours span so many decades below the brightest pixels
_DECADES = 4.0


def write_bands(
    planes: Iterable[np.ndarray], geom: WcsGeom, folder: Path, quantity: str
) -> list[Path]:
    """Write ``band-01.png`` and so on, one for each energy band.

    Parameters
    ----------
    planes : iterable of array [n_y, n_x]
        One for each energy bin, drawn one after the other.
    geom : `~gammapy.maps.WcsGeom`
        With one axis, of energies.
    folder : path
        Which exists; files of these names are replaced.
    quantity : str
        For the bar of colours, e.g. ``"Counts per pixel"``.

    Returns
    -------
    list of path
    """
    axis = geom.axes[0]
    strips = _strips(geom)
    picture = None
    paths = []
    for number, plane in enumerate(planes, start=1):
        images = [_image(plane, geom, *strip) for strip in strips]
        if picture is None:  # the frame is slow to set, and the same for all bands
            picture = _Picture.of(images, quantity)
        low, high = (f"{e.to_value('TeV'):.3g}" for e in axis.edges[number - 1 : number + 1])
        path = folder / f"band-{number:02d}.png"
        write_bytes(path, picture.png(images, f"{low} to {high} TeV"), overwrite=True)
        paths.append(path)
    return paths


def _strips(geom: WcsGeom) -> list[tuple[int, int]]:
    """Columns of each strip, the first one being the left one in the picture."""
    n_x, n_y = (int(n[0]) for n in geom.npix)
    count = max(1, min(12, int(np.ceil(n_x / n_y / _WIDEST))))
    return [(i * n_x // count, (i + 1) * n_x // count) for i in range(count)]


class _Picture(NamedTuple):
    """Strips of a map, one above the other, whose pixels can be changed."""

    figure: Any
    drawn: list[Any]
    bar: Any
    title: Any

    @classmethod
    def of(cls, images: list[WcsNDMap], quantity: str) -> _Picture:
        """Frame around images."""
        heights = [min(_WIDTH * n_y / n_x, _WIDTH) for n_y, n_x in (i.data.shape for i in images)]
        size = (_LEFT + _WIDTH + _RIGHT, sum(heights) + len(images) * _BELOW + _ABOVE + _BAR)
        module: Any = require("matplotlib.figure", "pictures")
        figure = module.Figure(figsize=size)
        top = size[1] - _ABOVE
        drawn = []
        for number, (image, height) in enumerate(zip(images, heights, strict=True), start=1):
            ax = figure.add_axes(
                _share(size, _LEFT, top - height, _WIDTH, height), projection=image.geom.wcs
            )
            plot_map(image, ax, norm=_norm(images), cmap="inferno", aspect="equal")
            if number < len(images):
                ax.coords[0].set_axislabel(" ")
            drawn.append(ax.images[0])
            top -= height + _BELOW
        place = figure.add_axes(_share(size, _LEFT + 0.2 * _WIDTH, 0.55, 0.6 * _WIDTH, 0.15))
        bar = figure.colorbar(drawn[0], cax=place, orientation="horizontal", label=quantity)
        title = figure.text(0.5, 1 - 0.5 * _ABOVE / size[1], "", ha="center", va="center", size=13)
        return cls(figure, drawn, bar, title)

    def png(self, images: list[WcsNDMap], title: str) -> bytes:
        """Content of a file with other images of the same sizes."""
        self.title.set_text(title)
        norm = _norm(images)
        for drawn, image in zip(self.drawn, images, strict=True):
            drawn.set_data(image.data)
            drawn.set_norm(norm)
        plain_numbers(self.bar.ax.xaxis)  # which a change of the scale resets
        content = io.BytesIO()
        # without the version of the library, so that equal pictures are equal files
        self.figure.savefig(content, format="png", dpi=120, metadata={"Software": None})
        return content.getvalue()


def _share(size: tuple[float, float], *box: float) -> list[float]:
    """Left, bottom, width and height as shares of a figure."""
    return [inches / size[i % 2] for i, inches in enumerate(box)]


def _image(plane: np.ndarray, geom: WcsGeom, start: int, stop: int) -> WcsNDMap:
    """Some columns of a plane, of several pixels the mean if they are too many to be drawn."""
    part = plane[:, start:stop].astype(float)
    wcs = geom.wcs.deepcopy()
    wcs.wcs.crpix = wcs.wcs.crpix - [start, 0]
    step = max(1, -(-(stop - start) // _DRAWN))
    if step > 1:
        part = part[: part.shape[0] // step * step, : part.shape[1] // step * step]
        part = part.reshape(part.shape[0] // step, step, -1, step).mean(axis=(1, 3))
        wcs.wcs.crpix = (wcs.wcs.crpix - 0.5) / step + 0.5
        wcs.wcs.cdelt = wcs.wcs.cdelt * step
    wcs.wcs.set()
    return WcsNDMap(WcsGeom(wcs, part.shape[::-1]), part)


def _norm(images: list[WcsNDMap]) -> Any:
    """Logarithmic scale of colours of all strips, down to where there is next to nothing."""
    colors: Any = require("matplotlib.colors", "pictures")
    values = np.concatenate([image.data[image.data > 0] for image in images])
    if not values.size:
        return colors.Normalize(0.0, 1.0)
    high = float(values.max())
    low = max(float(np.percentile(values, 1)), high * 10**-_DECADES)
    return colors.LogNorm(min(low, high / 10), high, clip=True)
