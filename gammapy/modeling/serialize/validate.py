"""Every problem of a file of models, each with its line."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any

from gammapy.errors import FileFormatError, GammapyError, GammapyWarning
from gammapy.modeling.models.collection import Models
from gammapy.modeling.serialize.atomic import expand
from gammapy.modeling.serialize.checks import findings
from gammapy.modeling.serialize.formats import sniff
from gammapy.modeling.serialize.mending import yaml_problems
from gammapy.modeling.serialize.problem import Problem, at_line

__all__ = ["Problem", "problems"]


def problems(filename: str | os.PathLike[str]) -> list[Problem]:
    """Problems of a file, in the order of its lines; empty if it is in order.

    What cannot be read is an error, and so is what no fit could use: a value beyond its bounds, a
    file that is not there, a spectrum that is negative or not finite between 10 GeV and 100 TeV.
    What is odd and can be read, or a free parameter at a bound, is a warning.

    Parameters
    ----------
    filename : str or path
        YAML, XML or gamma-cat.

    Raises
    ------
    MissingFileError
        If there is no such file.
    """
    path = expand(filename)
    try:
        format = sniff(filename)
    except FileFormatError as error:
        return [at_line(str(error), str(path), "error")]
    if format == "yaml":
        return _of_yaml(path)
    if format == "xml":
        from gammapy.modeling.serialize.xml.problems import xml_problems

        return xml_problems(path)
    return _of_other(filename, str(path))


def _of_yaml(path: Path) -> list[Problem]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return [Problem(1, "error", f"is not a text file in UTF-8 ({error}): convert it")]
    return yaml_problems(text, str(path), path.parent)


def _of_other(filename: Any, place: str) -> list[Problem]:
    """Of a format whose reader does not tell lines: the first problem, and what is odd."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", GammapyWarning)
        try:
            models = Models.read(filename)
        except GammapyError as error:
            return [at_line(str(error), place, "error")]
    texts = dict.fromkeys(str(w.message) for w in caught if issubclass(w.category, GammapyWarning))
    found = [at_line(text, place, "warning") for text in texts]
    return [*found, *(Problem(1, f.severity, f.message) for f in findings(models))]
