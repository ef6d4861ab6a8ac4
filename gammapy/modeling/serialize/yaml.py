"""Models as YAML text and files.

The text is the same whenever the models are: no dates, no random labels.
"""

from __future__ import annotations

import os
import warnings

from gammapy.errors import GammapyWarning
from gammapy.modeling.models.collection import Models
from gammapy.modeling.serialize.atomic import expand, write_text
from gammapy.modeling.serialize.spec import models_from_dict, models_to_dict
from gammapy.modeling.serialize.tree import parse_tree, read_tree, render_tree

__all__ = ["models_from_yaml", "models_to_yaml", "read_models", "write_models"]


def read_models(filename: str | os.PathLike[str]) -> Models:
    """Models of a YAML file.

    Raises
    ------
    MissingFileError
        If there is no such file.
    FileFormatError
        If it is not YAML, or not a tree of models.
    """
    path, tree = read_tree(filename)
    return models_from_dict(tree, str(path), path.parent)


def write_models(
    models: Models,
    filename: str | os.PathLike[str],
    overwrite: bool = False,
    write_covariance: bool = True,
) -> None:
    """Write models to a YAML file, which appears whole or not at all.

    A warning tells of sources that a reader has kept aside, for which YAML has no place.

    Raises
    ------
    OverwriteError
        If the file exists and ``overwrite`` is not set.
    """
    tree = models_to_dict(models, write_covariance, expand(filename).resolve().parent)
    write_text(filename, render_tree(tree), overwrite)
    aside = len(getattr(models.origin, "refused", ()))
    if aside:
        text = (
            f"{filename} has not the {aside} sources that could not become models: keep their file"
        )
        warnings.warn(text, GammapyWarning, stacklevel=4)


def models_to_yaml(models: Models, write_covariance: bool = True) -> str:
    """Text of a YAML file."""
    return render_tree(models_to_dict(models, write_covariance))


def models_from_yaml(text: str) -> Models:
    """Models of the text of a YAML file; raises as `read_models`."""
    return models_from_dict(parse_tree(text, "YAML text"), "YAML text")
