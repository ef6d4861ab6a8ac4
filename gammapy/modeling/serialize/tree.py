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


#: collections in collections: files of models have a dozen, and the stack of C has an end
DEEPEST = 100
#: characters of a whole number
LONGEST = 1000
#: mappings that one may take over, and keys that it then has
MOST_MERGED, MOST_KEYS = 100, 10_000
#: values, and levels, once all aliases are written out
MOST_VALUES = 1_000_000


def _refusal(text: str, node: Any) -> Exception:
    return yaml.constructor.ConstructorError(None, None, text, node.start_mark)


class _Bounded:
    """What a loader refuses: a few lines of text that would take all time or memory."""

    depth = 0

    def descend_resolver(self, parent: Any, index: Any) -> None:
        """Come to a node; called at each by the loader in C too."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise _refusal(f"more than {DEEPEST} collections in each other", parent)

    def ascend_resolver(self) -> None:
        self.depth -= 1

    def flatten_mapping(self, node: Any) -> None:
        """Put what stands under ``<<`` into the mapping."""
        merged = [value for key, value in node.value if key.tag.endswith(":merge")]
        if sum(len(v.value) if v.id == "sequence" else 1 for v in merged) > MOST_MERGED:
            raise _refusal(f"more than {MOST_MERGED} mappings are merged", node)
        super().flatten_mapping(node)  # type: ignore[misc]
        if len(node.value) > MOST_KEYS:
            raise _refusal(f"more than {MOST_KEYS} keys are merged", node)


def _build_loader(base: Any) -> Any:
    """Safe loader that refuses keys that come twice, and trees that contain themselves."""

    class Loader(_Bounded, base):
        pass

    def mapping(loader: Any, node: Any) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if key in seen and key != "<<":
                raise _refusal(f"key {key!r} comes twice", key_node)
            seen.add(key)
        if "<<" in seen or "=" in seen:
            loader.flatten_mapping(node)
        return loader.construct_mapping(node, deep=True)

    def whole(loader: Any, node: Any) -> int:
        if len(node.value) > LONGEST:
            raise _refusal(f"a number of {len(node.value)} characters", node)
        return loader.construct_yaml_int(node)

    def sequence(loader: Any, node: Any) -> list[Any]:
        return loader.construct_sequence(node, deep=True)

    Loader.add_constructor("tag:yaml.org,2002:map", mapping)
    Loader.add_constructor("tag:yaml.org,2002:seq", sequence)
    Loader.add_constructor("tag:yaml.org,2002:int", whole)
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
    if "*" in text and max(_written_out(tree, {})) > MOST_VALUES:
        raise FileFormatError(
            f"{place}: not valid YAML: with its aliases written out it has more than "
            f"{MOST_VALUES} values, or {DEEPEST} levels: write fewer"
        )
    return tree


def _written_out(tree: Any, known: dict[int, tuple[float, float]]) -> tuple[float, float]:
    """Number of values of a tree, in which some stand many times; infinite if it is too deep."""
    if not isinstance(tree, dict | list):
        return 1, 0
    found = known.get(id(tree))
    if found is None:
        inside = tree.values() if isinstance(tree, dict) else tree
        rows = [_written_out(value, known) for value in inside]
        values = 1 + sum(n for n, _ in rows)
        height = 1 + max((h for _, h in rows), default=0)
        found = known[id(tree)] = values, height if height <= DEEPEST else float("inf")
    return found


def render_tree(tree: dict[str, Any], dumper: Any = None) -> str:
    """YAML text of a tree."""
    try:
        text = yaml.dump(tree, Dumper=dumper or _DUMPER, allow_unicode=True, **LAYOUT)
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ModelError(f"a name cannot be written as UTF-8 ({error}): rename it") from None
    return text
