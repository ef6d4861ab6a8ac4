"""A YAML file as a plain tree, and back.

All files of the package in this format pass here: the same text for the same tree, floats with as
many digits as they need, ``1e-12`` read as a number, and a key that comes twice refused (YAML
parsers take the last one).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import yaml

from gammapy.errors import FileFormatError, MissingFileError, ModelError
from gammapy.modeling.serialize.atomic import expand

__all__ = ["parse_tree", "read_tree", "render_tree"]


def read_tree(filename: str | os.PathLike[str]) -> tuple[Path, Any]:
    """Path with variables expanded, and the tree of the file.

    Raises
    ------
    MissingFileError
        If there is no such file.
    FileFormatError
        If it is a folder, not text, not YAML, or empty.
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
    return path, parse_tree(text, str(path))


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


def parse_tree(text: str, place: str, loader: Any = None) -> Any:
    """Tree of a YAML text; ``place`` names it in messages.

    Raises
    ------
    FileFormatError
        If it is not YAML, or empty.
    """
    try:
        tree = yaml.load(text, Loader=loader or _LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark is not None else ""
        problem = " ".join(str(getattr(error, "problem", None) or error).split())
        failure = FileFormatError(f"{place}{line}: not valid YAML: {problem}")
        failure.line = None if mark is None else mark.line + 1
        raise failure from None
    except (ValueError, OverflowError, RecursionError) as error:  # a date in month 13, a depth
        raise FileFormatError(f"{place}: not valid YAML: {error}") from None
    if tree is None:
        raise FileFormatError(f"{place} is empty: there is nothing to read")
    return tree


def render_tree(tree: dict[str, Any], dumper: Any = None) -> str:
    """YAML text of a tree."""
    try:
        text = yaml.dump(tree, Dumper=dumper or _DUMPER, allow_unicode=True, **LAYOUT)
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ModelError(f"a name cannot be written as UTF-8 ({error}): rename it") from None
    return text
