"""Which response belongs to which pointings: the option ``--irf``, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gammapy.cli.errors import InputError, check_file
from gammapy.cli.models.text import text_table

if TYPE_CHECKING:
    from gammapy.data.groups import PointingGroup
    from gammapy.makers.pointings import PointingsInstrument
    from gammapy.maps import MapAxis, WcsGeom

__all__ = ["Responses", "index_option", "irf_option", "read_responses"]

_REST = ("default", "*")
#: parts of a response, and what needs them
_NEEDED = {"aeff": "effective area", "psf": "point spread function", "edisp": "energy dispersion"}


def index_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """The list of pointings."""
    return click.option(
        "--index",
        required=True,
        type=click.Path(path_type=Path),
        help="FITS table of the observations (obs-index.fits.gz).",
    )(function)


def irf_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Files of responses."""
    return click.option(
        "--irf",
        "irfs",
        metavar="NAME=FILE",
        multiple=True,
        required=True,
        help="File of the response that the index calls NAME; default=FILE for all others. May be "
        "repeated.",
    )(function)


@dataclass(frozen=True)
class Served:
    """A name in the index, the file that serves it, and whom."""

    name: str
    file: Path
    pointings: int
    groups: int
    #: s
    livetime: float


@dataclass(frozen=True)
class Responses:
    """Pointings, and the files of their responses.

    Parameters
    ----------
    groups : list of `~gammapy.data.groups.PointingGroup`
        Their responses are named by the number of the file, so that names which share a file
        share its tables.
    tables : mapping
        By that number, what the file has.
    files : tuple of path
        That are used, in the order of their numbers.
    served : tuple of `Served`
    """

    groups: list[PointingGroup]
    tables: Mapping[str, Mapping[str, Any]]
    files: tuple[Path, ...]
    served: tuple[Served, ...]

    def instrument(self, geom: WcsGeom, axis_true: MapAxis) -> PointingsInstrument:
        """All pointings as one instrument for a map, which one of them sees at least."""
        from gammapy.makers.pointings import PointingsInstrument
        from gammapy.makers.survey.sources import check_seen

        axis = geom.axes["energy"]
        instrument = PointingsInstrument(self.groups, self.tables, axis_true, axis, geom.frame)
        check_seen(instrument, geom)
        return instrument

    def digest(self) -> str:
        """Digest of the contents of the files, and of who is served by which."""
        from gammapy.makers.survey.inputs import digest_of_files, digest_of_values

        order = [[s.name, self.files.index(s.file)] for s in self.served]
        return digest_of_values([digest_of_files(self.files), order])

    # -- told -----------------------------------------------------------------------------

    def table(self) -> str:
        """Which file serves how many pointings."""
        rows = [
            [s.name, str(s.file), str(s.pointings), str(s.groups), f"{s.livetime / 3600:.1f}"]
            for s in self.served
        ]
        header = ["response", "file", "pointings", "groups", "livetime"]
        return text_table(header, rows, right=header[2:], units=["", "", "", "", "h"])

    def history(self) -> list[str]:
        """The same for a header."""
        return [
            f"response {s.name}: {s.file.name}, {s.pointings} pointings, {s.livetime:.0f} s"
            for s in self.served
        ]

    def report(self, index: Path) -> dict[str, Any]:
        """The same for a report."""
        responses = [
            {
                "name": s.name,
                "file": str(s.file),
                "pointings": s.pointings,
                "groups": s.groups,
                "livetime": s.livetime,
            }
            for s in self.served
        ]
        return {"index": str(index), "responses": responses}


def read_responses(index: Path, irfs: Sequence[str], background: bool) -> Responses:
    """Pointings of an index, and the responses of their names.

    Raises
    ------
    InputError
        If a name has no file, or a file lacks something.
    """
    from dataclasses import replace

    from gammapy.data.groups import group_pointings
    from gammapy.errors import DataError

    named = _named(irfs)
    try:
        groups = group_pointings(_index(index))
    except DataError as error:
        raise InputError(f"--index {index}: {error}") from error
    names = sorted({group.response for group in groups})
    missing = [name for name in names if not named.keys() & {name, "default"}]
    if missing:
        n = sum(len(group.obs_id) for group in groups if group.response in missing)
        raise InputError(
            f"{n} of {sum(len(g.obs_id) for g in groups)} pointings in {index} have responses "
            f"without a file: {', '.join(missing)}: give --irf {missing[0]}=FILE, or "
            "--irf default=FILE for all others"
        )
    for name in named.keys() - {*names, "default"}:
        click.echo(f"Warning: --irf {name}={named[name]}: no pointing has this response", err=True)
    chosen = {name: named[name] if name in named else named["default"] for name in names}
    files = tuple(sorted(set(chosen.values())))
    number = {file: str(i) for i, file in enumerate(files)}
    tables = {number[file]: _tables(file, background) for file in files}
    served = tuple(_served(name, chosen[name], groups) for name in names)
    # names that share a file share its tables
    groups = [replace(group, response=number[chosen[group.response]]) for group in groups]
    return Responses(groups, tables, files, served)


def _named(irfs: Sequence[str]) -> dict[str, Path]:
    named: dict[str, Path] = {}
    for text in irfs:
        name, equals, file = text.partition("=")
        if not name.strip() or not equals or not file.strip():
            raise InputError(f"--irf {text!r} must be NAME=FILE, or default=FILE")
        name = "default" if name.strip() in _REST else name.strip()
        if name in named:
            raise InputError(f"--irf {text!r}: {name} is given twice, leave one out")
        named[name] = Path(file.strip())
        check_file(named[name], f"--irf {text!r}")
    return named


def _index(file: Path) -> Any:
    from gammapy.data import ObservationTable

    check_file(file, f"--index {file}")
    table = ObservationTable.read(file)
    if not len(table):
        raise InputError(f"--index {file} has no pointings")
    return table


def _tables(file: Path, background: bool) -> Mapping[str, Any]:
    from gammapy.irf import load_irf_dict_from_file

    tables = load_irf_dict_from_file(file)
    needed = {**_NEEDED, **({"bkg": "background"} if background else {})}
    missing = [name for key, name in needed.items() if tables.get(key) is None]
    if missing:
        way_out = ", or leave --background out" if missing == ["background"] else ""
        raise InputError(
            f"--irf: {file} has no {' and no '.join(missing)}: give a file with a full response"
            f"{way_out}"
        )
    return tables


def _served(name: str, file: Path, groups: Sequence[PointingGroup]) -> Served:
    mine = [group for group in groups if group.response == name]
    pointings = sum(len(group.obs_id) for group in mine)
    return Served(name, file, pointings, len(mine), sum(group.livetime for group in mine))
