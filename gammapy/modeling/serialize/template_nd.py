"""Tables of spectra: as a map on a region in a FITS file, and by its name in the tree.

The file has the extensions SKYMAP, the values, and SKYMAP_BANDS, the axes, as Gammapy 2 writes
them. Gammapy 2 gives the axes names in small letters; the card ``AXNAMEn`` keeps ours as they are.
"""

from __future__ import annotations

import io
import os
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from gammapy.atomic import expand, write_files
from gammapy.errors import FileFormatError, MissingFileError, ModelError
from gammapy.maps import MapAxis, RegionNDMap
from gammapy.modeling.models.spectral.base import SpectralModel
from gammapy.modeling.models.spectral.template_nd import TemplateNDSpectralModel
from gammapy.modeling.serialize.links import Places, Slots
from gammapy.modeling.serialize.node import Node
from gammapy.modeling.serialize.parameter import unit_text
from gammapy.modeling.serialize.rows import decode_rows, encode_rows
from gammapy.units import parse_unit

__all__ = ["READERS", "WRITERS", "read_region_map", "write_region_map"]


# -- the file -----------------------------------------------------------------------------


def read_region_map(filename: str | os.PathLike[str]) -> RegionNDMap:
    """Map on a region of a FITS file.

    Raises
    ------
    MissingFileError
        If there is no such file.
    FileFormatError
        If it is not FITS, or has not the two extensions.
    """
    from astropy.io import fits
    from astropy.io.fits.verify import VerifyWarning

    path = expand(filename)
    if not path.is_file():
        raise MissingFileError(f"{filename}: there is no such file; give the right name")
    try:
        with warnings.catch_warnings(), fits.open(path, memmap=False) as hdus:
            warnings.simplefilter("error", VerifyWarning)  # a file that ends too early
            table, bands = hdus["SKYMAP"], hdus["SKYMAP_BANDS"]
            axes = _read_axes(bands)
            data = np.asarray(table.data["DATA"], dtype=float)
            unit = parse_unit(table.columns["DATA"].unit)
    except (OSError, KeyError, ValueError, TypeError, IndexError, VerifyWarning) as error:
        raise FileFormatError(
            f"{path}: is no map on a region, with the extensions SKYMAP (column DATA) and "
            f"SKYMAP_BANDS: {error}"
        ) from None
    shape = tuple(axis.nbin for axis in reversed(axes))
    if data.size != np.prod(shape):
        raise FileFormatError(
            f"{path}: SKYMAP has {data.size} values, and the axes of SKYMAP_BANDS are for {shape}"
        )
    return RegionNDMap.create(axes=axes, data=data.reshape((*shape, 1, 1)), unit=unit)


def _read_axes(bands: Any) -> list[MapAxis]:
    axes = []
    for n in range(1, 100):
        if f"AXCOLS{n}" not in bands.header:
            break
        columns = bands.header[f"AXCOLS{n}"].strip().split(",")
        name = columns[0].lower() if len(columns) == 1 else columns[0].lower().removesuffix("_min")
        name = {"e": "energy"}.get(name, name)
        name = bands.header.get(f"AXNAME{n}", name)
        interp = bands.header.get(f"INTERP{n}", "lin").strip()
        unit = parse_unit(bands.columns[columns[0]].unit)
        first, *last = (np.unique(np.asarray(bands.data[c], dtype=float)) for c in columns)
        if last:
            edges = np.append(first, last[0][-1])
            axes.append(MapAxis.from_edges(edges, interp=interp, name=name, unit=unit))
        else:
            axes.append(MapAxis.from_nodes(first, interp=interp, name=name, unit=unit))
    return axes


def write_region_map(
    map: RegionNDMap, filename: str | os.PathLike[str], overwrite: bool = False
) -> None:
    """Write a map on a region into a FITS file, whole or not at all.

    Raises
    ------
    OverwriteError
        If the file exists and ``overwrite`` is not set.
    MissingFileError
        If its folder does not exist.
    """
    from astropy.io import fits

    axes = list(map.geom.axes)
    inner = map.data.shape[1:]
    rows = map.data.reshape((len(map.data), -1)).astype(float)
    columns = [
        fits.Column("CHANNEL", "K", array=np.arange(len(rows))),
        fits.Column(
            "DATA",
            f"{rows.shape[1]}D",
            unit=unit_text(map.unit) or None,
            dim=str(tuple(reversed(inner))).replace(" ", ""),
            array=rows.reshape((len(rows), *inner)),
        ),
    ]
    table = fits.BinTableHDU.from_columns(columns, name="SKYMAP")
    bands = fits.BinTableHDU.from_columns(_band_columns(axes), name="SKYMAP_BANDS")
    for hdu in (table, bands):
        for n, axis in enumerate(axes, 1):
            base = _base(axis)
            nodes = axis.node_type == "center"
            hdu.header[f"AXCOLS{n}"] = axis.name.upper() if nodes else f"{base}_MIN,{base}_MAX"
            hdu.header[f"INTERP{n}"] = axis.interp
            hdu.header[f"AXNAME{n}"] = axis.name
    content = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(), table, bands]).writeto(content)
    write_files({expand(filename): content.getvalue()}, overwrite)


def _base(axis: MapAxis) -> str:
    """Name of the columns of the edges, without their ending."""
    return "E" if axis.name == "energy" else axis.name.upper()


def _band_columns(axes: list[MapAxis]) -> list[Any]:
    """Columns with centre and ends of each bin of the axes, the last axis varying first."""
    from astropy.io import fits

    places = np.meshgrid(*(np.arange(axis.nbin) for axis in axes), indexing="ij")
    columns = [fits.Column("CHANNEL", "K", array=np.arange(places[0].size))]
    for axis, place in zip(axes, places, strict=True):
        base = _base(axis)
        parts = {
            axis.name.upper(): axis.center,
            f"{base}_MIN": axis.edges_min,
            f"{base}_MAX": axis.edges_max,
        }
        columns += [
            fits.Column(
                name, "D", unit=unit_text(axis.unit) or None, array=part.value[place.ravel()]
            )
            for name, part in parts.items()
        ]
    return columns


# -- the tree -----------------------------------------------------------------------------


def _encode(model: TemplateNDSpectralModel, path: str, places: Places) -> dict[str, Any]:
    if model.filename is None:
        raise ModelError(
            f"{path}: a TemplateNDSpectralModel stands in a file by the name of its map: write "
            "that first, model.write(filename='map.fits')"
        )
    tree: dict[str, Any] = {"parameters": encode_rows(model, path, places)}
    tree |= {"filename": places.stated(model.filename), "unit": unit_text(model.unit)}
    if model.interp_kwargs:
        tree["interp_kwargs"] = dict(model.interp_kwargs)
    return tree


def _decode(
    node: Node, path: str, slots: Slots, cls: type[SpectralModel]
) -> TemplateNDSpectralModel:
    node.check_keys(["type", "module", "parameters", "filename", "unit", "interp_kwargs"])
    options = node["interp_kwargs"].value if "interp_kwargs" in node else None
    if not isinstance(options, dict | None):
        raise node["interp_kwargs"].error("must be a mapping")
    with node.guard():
        model = TemplateNDSpectralModel(
            filename=slots.located(node["filename"].text()), interp_kwargs=options
        )
    if "unit" in node and not str(model.unit):  # a unit in the file of the map counts more
        map = RegionNDMap(model.map.geom, model.map.data, node["unit"].unit())
        with node.guard():
            model = TemplateNDSpectralModel(map, options, filename=model.filename)
    decode_rows(node, path, slots, model)
    return model


WRITERS: dict[type, Callable[..., dict[str, Any]]] = {TemplateNDSpectralModel: _encode}
READERS: dict[type, Callable[..., SpectralModel]] = {TemplateNDSpectralModel: _decode}
