"""Shapes on the sky in XML that are a type and parameters; see `Form` for how the table reads.

A position is RA, DEC or GLON, GLAT; it is not in the table. Of the two tools the disk, the Gaussian
and the shell differ from ours by how they are normalised, by parts in 1e4 or less at 1 deg.
"""

from __future__ import annotations

import math

from gammapy.modeling.models.spatial.constant import ConstantSpatialModel
from gammapy.modeling.models.spatial.disk import DiskSpatialModel
from gammapy.modeling.models.spatial.gaussian import (
    GaussianSpatialModel,
    GeneralizedGaussianSpatialModel,
)
from gammapy.modeling.models.spatial.point import PointSpatialModel
from gammapy.modeling.models.spatial.ring import RingSpatialModel
from gammapy.modeling.models.spatial.shell import ShellSpatialModel
from gammapy.modeling.serialize.xml.form import Form, Table

__all__ = ["FRAMES", "SHAPES"]

#: names of a position, by the frame
FRAMES = {"icrs": ("RA", "DEC"), "galactic": ("GLON", "GLAT")}

_ROUND = {"e": 0.0, "phi": 0.0}

SHAPES = Table(
    Form(
        PointSpatialModel,
        "",
        "",
        gammalib="PointSource",
        fermi="SkyDirFunction",
        also=["Point"],
    ),
    Form(
        DiskSpatialModel,
        "r_0",
        "deg",
        gammalib="RadialDisk Radius",
        fermi="RadialDisk Radius",
        also=["DiskFunction Radius"],
        fixed={"e": 0.0},
        unsaid={"edge_width": 0.0},
    ),
    Form(
        RingSpatialModel,
        "radius width",
        "deg deg",
        gammalib="RadialRing Radius Width",
    ),
    Form(
        GaussianSpatialModel,
        "sigma",
        "deg",
        gammalib="RadialGaussian Sigma",
        fermi="RadialGaussian Sigma",
        also=["GaussFunction Sigma", "GaussianProfile Sigma", "Gauss Sigma"],
        fixed={"e": 0.0},
    ),
    Form(
        GeneralizedGaussianSpatialModel,
        "r_0 eta",
        "deg 1",
        gammalib="RadialGeneralGaussian Radius R_Index",
        fixed={"e": 0.0},
    ),
    Form(
        ShellSpatialModel,
        "radius width",
        "deg deg",
        gammalib="RadialShell Radius Width",
        also=["ShellFunction Radius Width"],
    ),
)

#: brightness of the whole sky: by the value of the tools, which mean different things by it
ISOTROPIC = {
    "gammalib": Table(
        Form(
            ConstantSpatialModel,
            "value",
            "sr-1",
            gammalib="DiffuseIsotropic Value",
            also=["ConstantValue Value"],
            times={"value": 1 / (4 * math.pi)},
        )
    ),
    "fermi": Table(
        Form(ConstantSpatialModel, "value", "sr-1", fermi="ConstantValue Value"),
    ),
}
