"""Models as YAML text and files.

The text is the same whenever the models are: no dates, no random labels, floats with as many
digits as they need. A key that comes twice is an error (YAML parsers take the last one).
"""

from __future__ import annotations

import os
from typing import Any

import yaml

from gammapy.errors import FileFormatError, MissingFileError, ModelError
from gammapy.modeling.models.collection import Models
from gammapy.modeling.serialize.atomic import expand, write_text
from gammapy.modeling.serialize.spec import models_from_dict, models_to_dict

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
    path = expand(filename)
    if path.is_dir():
        raise FileFormatError(f"{path} is a folder: give the name of a file in it")
    if not path.exists():
        hint = "; set the variable in the name" if "$" in str(path) else ""
        raise MissingFileError(f"{path} does not exist{hint}: check the name and the folder")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileFormatError(f"{path} is not a text file in UTF-8 ({error}): convert it") from None
    return models_from_dict(_load(text, str(path)), str(path), path.parent)


def write_models(models: Models, filename: str | os.PathLike[str], overwrite: bool = False) -> None:
    """Write models to a YAML file, which appears whole or not at all.

    Raises
    ------
    OverwriteError
        If the file exists and ``overwrite`` is not set.
    """
    write_text(filename, models_to_yaml(models), overwrite)


def models_to_yaml(models: Models) -> str:
    """Text of a YAML file."""
    return _dump(models_to_dict(models))


def models_from_yaml(text: str) -> Models:
    """Models of the text of a YAML file; raises as `read_models`."""
    return models_from_dict(_load(text, "YAML text"), "YAML text")


# -- text and tree ------------------------------------------------------------------------


def _build_loader(base: Any) -> Any:
    """Safe loader that refuses keys that come twice, and trees that contain themselves."""

    class Loader(base):
        pass

    def mapping(loader: Any, node: Any) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if key in seen and key != "<<":
                raise yaml.constructor.ConstructorError(
                    None, None, f"key {key!r} comes twice", key_node.start_mark
                )
            seen.add(key)
        loader.flatten_mapping(node)
        return loader.construct_mapping(node, deep=True)

    def sequence(loader: Any, node: Any) -> list[Any]:
        return loader.construct_sequence(node, deep=True)

    Loader.add_constructor("tag:yaml.org,2002:map", mapping)
    Loader.add_constructor("tag:yaml.org,2002:seq", sequence)
    return Loader


def _build_dumper(base: Any) -> Any:
    """Safe dumper that puts a list of scalars on one line and never abbreviates by aliases."""

    class Dumper(base):
        def ignore_aliases(self, data: Any) -> bool:
            return True

    def sequence(dumper: Any, data: list[Any]) -> Any:
        flat = not any(isinstance(item, (list, dict)) for item in data)
        return dumper.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=flat)

    def text(dumper: Any, data: str) -> Any:
        # in other styles PyYAML loses line breaks like U+0085
        style = None if data.isprintable() else '"'
        return dumper.represent_scalar("tag:yaml.org,2002:str", data, style=style)

    Dumper.add_representer(list, sequence)
    Dumper.add_representer(str, text)
    return Dumper


LAYOUT: dict[str, Any] = {
    "sort_keys": False,
    "default_flow_style": False,
    "indent": 4,
    "width": 100,
}
# libyaml where PyYAML was built with it: ten times faster, the same trees and texts
_LOADER = _build_loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader))
_DUMPER = _build_dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper))


def _load(text: str, place: str, loader: Any = None) -> Any:
    try:
        tree = yaml.load(text, Loader=loader or _LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark is not None else ""
        problem = " ".join(str(getattr(error, "problem", None) or error).split())
        raise FileFormatError(f"{place}{line}: not valid YAML: {problem}") from None
    except (ValueError, OverflowError, RecursionError) as error:  # a date in month 13, a depth
        raise FileFormatError(f"{place}: not valid YAML: {error}") from None
    if tree is None:
        raise FileFormatError(f"{place} is empty: a list 'components:' is needed")
    return tree


def _dump(tree: dict[str, Any], dumper: Any = None) -> str:
    try:
        text = yaml.dump(tree, Dumper=dumper or _DUMPER, allow_unicode=True, **LAYOUT)
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ModelError(f"a name cannot be written as UTF-8 ({error}): rename it") from None
    return text
