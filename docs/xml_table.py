"""What stands in XML under which names: the tables of the page on model files.

Most of it is read off the tables that reader and writer use. What these do by code of its own is
told here in words; an entry that is missing, or one too many, stops the build.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from tables import csv_table

from gammapy.modeling.serialize.xml.form import Form, Slot, Table
from gammapy.modeling.serialize.xml.shape_reading import SPATIAL
from gammapy.modeling.serialize.xml.shapes import ISOTROPIC, SHAPES
from gammapy.modeling.serialize.xml.spectra import FACTORS, FLUXES
from gammapy.modeling.serialize.xml.spectrum_reading import SPECTRA, WRAPPERS

__all__ = ["Row", "courses", "rows", "shapes", "special_shapes", "special_spectra", "spectra"]

#: what a file has, what we make of it, and whose it is
Told = tuple[str, str, str]

DIALECTS = {"gammalib": "Gammalib", "fermi": "Fermi"}


class Row(NamedTuple):
    """A line of a table: how a class of ours stands in a file.

    Attributes
    ----------
    types : list of str
    names : list of list of str
        In the file, for each of our names: one, or several of which a file has one. A minus says
        that the file has the negative, "1/" the inverse.
    cls : type
    ours : list of str
        Our names.
    written : str
        Which dialect is written so; "" if it is only read.
    """

    types: list[str]
    names: list[list[str]]
    cls: type
    ours: list[str]
    written: str


def rows(table: Table) -> Iterator[Row]:
    """Lines of a table: for each form what is written, then what is also read."""
    for form in table.forms:
        said: dict[str, list[str]] = {}
        for dialect, name in DIALECTS.items():
            row = form.rows[dialect]
            if row is not None:
                said.setdefault(row, []).append(name)
        for row, names in said.items():
            kind, *columns = row.split()
            written = " and ".join(names)
            yield Row([kind], [[column] for column in columns], form.cls, form.names, written)
        yield from _also_read(form, said)


def _also_read(form: Form, said: Collection[str]) -> Iterator[Row]:
    """Types and names that a form takes, and that nobody is written with."""
    texts = [row.split() for row in said]
    types = sorted(form.types - {kind for kind, *_ in texts})
    known = {column.removeprefix("1/").removeprefix("-") for _, *row in texts for column in row}
    others = {name: slot for name, slot in form.slots.items() if name not in known}
    if not types and not others:
        return
    names = []
    for i, ours in enumerate(form.names):
        more = [_signed(name, slot) for name, slot in others.items() if slot.name == ours]
        names.append(more or list(dict.fromkeys(row[i + 1] for row in texts)))
    yield Row(types or sorted(form.types), names, form.cls, form.names, "")


def _signed(name: str, slot: Slot) -> str:
    return f"{'1/' if slot.rule.inverse else ''}{'-' if slot.rule.sign < 0 else ''}{name}"


def _cells(row: Row) -> tuple[str, ...]:
    names = [" or ".join(map(_shown, alternatives)) for alternatives in row.names]
    return (
        ", ".join(f"``{kind}``" for kind in row.types),
        ", ".join(names) or "the position",
        f":class:`~gammapy.modeling.models.{row.cls.__name__}`: "
        + (", ".join(f"``{name}``" for name in row.ours) or "the position"),
        row.written or "only read",
    )


def _shown(name: str) -> str:
    """Name in the file, with what is done to it in front."""
    prefix = next((p for p in ("1/", "-") if name.startswith(p)), "")
    sign = {"": "", "-": "−\N{NO-BREAK SPACE}", "1/": "1\N{NO-BREAK SPACE}/\N{NO-BREAK SPACE}"}
    return sign[prefix] + f"``{name.removeprefix(prefix)}``"


def _table(*tables: Table) -> str:
    found = [row for table in tables for row in rows(table)]
    head = "type in the file, names in the file, class and names here, written for"
    return csv_table(head, "22 31 35 12", map(_cells, sorted(found, key=lambda r: r.types)))


def spectra() -> str:
    """Spectra that are a type and parameters, fluxes and factors."""
    return _table(FLUXES, FACTORS)


def shapes() -> str:
    """Shapes that are a type and parameters."""
    return _table(SHAPES, *ISOTROPIC.values())


def _special(told: Mapping[str, Told], known: Collection[str], first: str) -> str:
    """Table of what is told in words.

    Raises
    ------
    ValueError
        If it is not what the reader knows.
    """
    types = [kind for kinds in told for kind in kinds.split()]
    if sorted(types) != sorted(known):
        differ = sorted(set(types) ^ set(known)) or types
        raise ValueError(f"docs/xml_table.py and the reader do not tell of the same: {differ}")
    lines = ((", ".join(f"``{k}``" for k in kinds.split()), *told[kinds]) for kinds in told)
    return csv_table(f"{first}, what it has, what it is here, dialect", "22 32 34 12", lines)


#: types of spectra: what a file has, and what we make of it
SPECIAL_SPECTRA = {
    "NodeFunction": (
        "``<node>`` with ``Energy`` and ``Intensity``",
        "`TemplateSpectralModel` times `PiecewiseNormSpectralModel`: a norm for each node, and the "
        "last slopes go on. A single node is a constant",
        "Gammalib",
    ),
    "BinFunction": (
        "``Index``; ``<bin>`` with ``LowerLimit``, ``UpperLimit``, ``Intensity``",
        "`BinsSpectralModel`",
        "Gammalib",
    ),
    "FileFunction": (
        "``file``; ``Normalization``",
        "`TemplateSpectralModel` times a norm. Outside of the table Gammalib goes on with the last "
        "slopes, and the Fermi tools refuse",
        "both",
    ),
    "TableModel": (
        "``file``; ``Normalization``, and the parameters of the file",
        "`TemplateNDSpectralModel` times a norm",
        "Gammalib",
    ),
    "BandFunction": (
        "``norm``, ``alpha``, ``beta``, ``Ep``, ``Scale``",
        "`BandSpectralModel`, whose ``epeak`` is (2 + ``alpha``) times ``Ep``",
        "Fermi",
    ),
    "PiecewisePowerLaw": (
        "``IndexL``, ``IndexH``; ``Energy0``, ``dNdE0``, ``Energy1``, ...",
        "`PiecewisePowerLawSpectralModel`",
        "Fermi",
    ),
    "Composite": ("``<spectrum>`` several times", "The sum of them", "Gammalib"),
    "Multiplicative": ("``<spectrum>`` several times", "The product of them", "Gammalib"),
    "Exponential": ("one ``<spectrum>``", "`ExponentialSpectralModel`", "Gammalib"),
    "EblAtten": (
        "``tau_norm``, ``redshift``, ``ebl_model``, and those of the spectrum",
        "The spectrum behind the colons times `EBLAbsorptionNormSpectralModel`; of the tables 4 "
        "(Franceschini 2008), 5 (Finke 2010) and 10 (Dominguez 2011)",
        "Fermi",
    ),
    "EnergyBand": (
        "``Emin``, ``Emax``, and those of the spectrum",
        "The spectrum times `EnergyWindowNormSpectralModel`",
        "Fermi",
    ),
    "ScaleFactor": (
        "``ScaleFactor``, and those of the spectrum",
        "The spectrum times a norm",
        "Fermi",
    ),
}

#: types of shapes
SPECIAL_SHAPES = {
    "DiffuseMap SpatialMap": (
        "``file``, ``normalize``; ``Normalization`` or ``Prefactor``",
        "`TemplateSpatialModel`. Gammalib divides the image by its integral unless "
        '``normalize="0"``; for Fermi its values are sr-1 as they stand',
        "both",
    ),
    "DiffuseMapCube MapCubeFunction": (
        "``file``; ``Normalization`` or ``Value``",
        "`TemplateSpatialModel` of a cube of fluxes, as it stands, beside a spectrum that is a "
        "factor",
        "both",
    ),
    "EllipticalDisk": (
        "``PA``, ``MinorRadius``, ``MajorRadius``",
        "`DiskSpatialModel` with ``phi``, ``e``, ``r_0``; the angle counts from celestial north, "
        "so the frame is icrs",
        "Gammalib",
    ),
    "EllipticalGaussian EllipticalGauss": (
        "``PA``, ``MinorRadius``, ``MajorRadius``",
        "`GaussianSpatialModel` with ``phi``, ``e``, ``sigma``; Gammalib cuts it at 3 sigma, we do "
        "not",
        "Gammalib",
    ),
    "EllipticalGeneralGaussian": (
        "``PA``, ``MinorRadius``, ``MajorRadius``, ``R_Index``",
        "`GeneralizedGaussianSpatialModel` with ``phi``, ``e``, ``r_0``, ``eta``",
        "Gammalib",
    ),
    "Composite": (
        "``<spatialModel>`` several times, with ``scale``, ``free_scale``, ...",
        "`CompoundSpatialModel`; the scales are its norms",
        "Gammalib",
    ),
    "Shell": (
        "``Radius``, ``Width``",
        "`ShellSpatialModel`. A width of zero says that the radius is the outer one, as in the "
        "lists of gamma-cat; the shell then has the outer fifth",
        "only read",
    ),
}

#: courses in time
COURSES = {
    "Constant": (
        "``Normalization``",
        "None; a norm that is not one multiplies the spectrum",
        "Gammalib",
    ),
    "LightCurve": (
        "``file``; ``Normalization``",
        "`LightCurveTemplateTemporalModel`, zero outside of the table",
        "Gammalib",
    ),
    "PhaseCurve": (
        "``file``, ``normalize``; ``Normalization``, ``MJD``, ``Phase``, ``F0``, ``F1``, ``F2``",
        "`TemplatePhaseCurveTemporalModel` with ``t_ref`` (TT), ``phi_ref``, ``f0``, ``f1``, "
        "``f2``",
        "Gammalib",
    ),
}


def special_spectra() -> str:
    """Spectra that are more than a type and parameters."""
    return _special(_linked(SPECIAL_SPECTRA), [*SPECTRA, *WRAPPERS], "type of a spectrum")


def special_shapes() -> str:
    """Shapes that are more than a type and parameters."""
    in_table = {kind for table in ISOTROPIC.values() for f in table.forms for kind in f.types}
    known = [kind for kind in SPATIAL if kind not in in_table]
    return _special(_linked(SPECIAL_SHAPES), known, "type of a shape")


def courses() -> str:
    """Courses in time."""
    return _special(_linked(COURSES), COURSES, "type of a course")


def _linked(told: Mapping[str, Told]) -> dict[str, Told]:
    """With classes as links."""
    return {
        kinds: (
            has,
            re.sub(r"(?<!`)`(\w+)`(?!`)", r":class:`~gammapy.modeling.models.\1`", text),
            who,
        )
        for kinds, (has, text, who) in told.items()
    }
