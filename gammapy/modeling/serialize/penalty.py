"""What is known of several parameters together, in the tree.

It stands beside the models, where Gammapy 2 reads over it::

    penalties:
    -   type: GaussianPenalty
        parameters: [crab.spectral.index, crab.spectral.amplitude]
        mean: [2.4, 3.0e-11]
        covariance:
        - [0.01, 1.0e-14]
        - [1.0e-14, 9.0e-26]

Numbers are in the units that the parameters have in the file.
"""

from __future__ import annotations

from typing import Any

from gammapy.errors import ModelError
from gammapy.modeling.models.collection import Models
from gammapy.modeling.penalty import GaussianPenalty
from gammapy.modeling.serialize.links import Places, Slots
from gammapy.modeling.serialize.node import Node

__all__ = ["KEY", "decode_penalties", "encode_penalties"]

#: key at the root of the tree
KEY = "penalties"


def encode_penalties(models: Models, places: Places) -> dict[str, Any]:
    """Section of the tree; nothing if there are no penalties.

    Raises
    ------
    ModelError
        If a parameter of a penalty is in none of the models.
    """
    trees = [_encode(penalty, models, places) for penalty in models.penalties]
    return {KEY: trees} if trees else {}


def _encode(penalty: GaussianPenalty, models: Models, places: Places) -> dict[str, Any]:
    known = models.parameters
    for parameter in penalty.parameters:
        if parameter not in known:
            raise ModelError(
                f"{parameter!r} of {penalty!r} is in none of the models that are written: write "
                "its model too, or remove the penalty"
            )
    return {
        "type": type(penalty).__name__,
        "parameters": [places.home(parameter) for parameter in penalty.parameters],
        "mean": penalty.mean.tolist(),
        "covariance": penalty.covariance.data.tolist(),
    }


def decode_penalties(root: Node, slots: Slots) -> list[GaussianPenalty]:
    """Penalties of a tree, on the parameters that were read.

    Raises
    ------
    FileFormatError
        If a path is not known, or a penalty refuses its numbers.
    """
    return [_decode(node, slots) for node in root[KEY].items()] if KEY in root else []


def _decode(node: Node, slots: Slots) -> GaussianPenalty:
    node.check_keys(["type", "parameters", "mean", "covariance"])
    if node["type"].text() != GaussianPenalty.__name__:
        raise node["type"].error(f"is not a penalty: use {GaussianPenalty.__name__}")
    parameters = [slots.parameter(path) for path in node["parameters"].items()]
    mean = [row.number() for row in node["mean"].items(len(parameters))]
    matrix = [row.numbers() for row in node["covariance"].items(len(parameters))]
    with node.guard():
        return GaussianPenalty(parameters, mean, matrix)
