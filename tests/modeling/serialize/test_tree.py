"""Texts of YAML that would take all time, memory or the stack: refused, in no time."""

import re
import resource
import subprocess
import sys
import time

import pytest
import yaml

from gammapy.errors import FileFormatError
from gammapy.modeling.models import Models
from gammapy.modeling.serialize.tree import (
    DEEPEST,
    LONGEST,
    MOST_KEYS,
    MOST_MERGED,
    MOST_VALUES,
    _build_loader,
    parse_tree,
)

LOADERS = [yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)]


def layers(first: str, row, n: int) -> str:
    """Anchors of which each is used nine times in the next."""
    lines = [f"  a0: &a0 {first}"]
    lines += [f"  a{i}: &a{i} {row([f'*a{i - 1}'] * 9)}" for i in range(1, n + 1)]
    return "metadata:\n" + "\n".join(lines) + "\n"


def rows(aliases):
    return f"[{', '.join(aliases)}]"


def keys(aliases):
    return "{" + ", ".join(f"k{i}: {alias}" for i, alias in enumerate(aliases)) + "}"


def merged(aliases):
    return f"{{<<: {rows(aliases)}}}"


LISTS, MAPPINGS = layers("[x, x]", rows, 14), layers("{k: v}", keys, 14)
CHAIN = "\n".join(f"a{i}: &a{i} [{f'*a{i - 1}' if i else 1}]" for i in range(2 * DEEPEST))
USES = [
    "components: *a14",
    "components: [*a14]",
    "components: [{name: *a14, type: SkyModel}]",
    "components: [{name: a, type: *a14}]",
    "components: [{name: a, type: SkyModel, spectral: {type: pl, parameters: *a14}}]",
    "components: [{name: a, type: SkyModel, spectral: {type: template, energy: *a14}}]",
    "components: []\ncovariance_matrix: *a14",
]
DEEP = r"line \d+: not valid YAML: more than 100 collections in each other"
WIDE = "with its aliases written out it has more than"


@pytest.mark.parametrize("base", LOADERS)
def test_mappings_merged_in_layers(base):
    """Refused, or small: from PyYAML 6.0.4 on a key that comes many times is merged once."""
    start = time.perf_counter()
    try:
        tree = parse_tree(layers("{k: v}", merged, 12), "m.yaml", _build_loader(base))
    except FileFormatError as error:
        message = str(error)
    else:
        message = f"more than {MOST_KEYS} keys are merged" if len(str(tree)) < 1000 else str(tree)
    assert f"more than {MOST_KEYS} keys are merged" in message
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize("base", LOADERS)
@pytest.mark.parametrize(
    ("text", "message"),
    [
        *[(text + use, WIDE) for text in (LISTS, MAPPINGS) for use in USES],
        (CHAIN, WIDE),
        (f"a: &a {[1] * 1000}\nb: [{', '.join(['*a'] * (MOST_VALUES // 1000))}]", WIDE),
        (
            f"a: &a {{k: 1}}\nb:\n  <<: [{', '.join(['*a'] * (MOST_MERGED + 1))}]",
            f"line 3: .*more than {MOST_MERGED} mappings are merged",
        ),
        (
            "a: &a {k: 1}\nb:\n" + "  <<: *a\n" * (MOST_MERGED + 1),
            f"line 3: .*more than {MOST_MERGED} mappings are merged",
        ),
        ("a: " + ":".join(["59"] * 100_000), "line 1: .*a number of 299999 characters"),
        ("a: 0x" + "f" * 100_000, "line 1: .*a number of 100002 characters"),
        ("a: " + "1" * (LONGEST + 1), "line 1: .*a number of 1001 characters"),
        ("- " * 1000, DEEP),
        ("[" * 1000 + "]" * 1000, DEEP),
        ("{a: " * 1000 + "1" + "}" * 1000, DEEP),
        ("? " * 1000, DEEP),
        ("\n".join(" " * i + "a:" for i in range(1000)), DEEP),
    ],
)
def test_out_of_proportion(base, text, message):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    with pytest.raises(FileFormatError, match=r"^m\.yaml.*" + message) as caught:
        parse_tree(text, "m.yaml", _build_loader(base))
    assert len(str(caught.value)) < 200
    assert time.perf_counter() - start < 5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 5e5  # kB


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[" * (DEEPEST - 1) + "]" * (DEEPEST - 1), None),
        ("a: &a {x: 1}\nb: &b {<<: *a, y: 2}\nc: {<<: [*a, *b]}", {"x": 1, "y": 2}),
        ("a: &a [1, 2]\nc: [*a, *a]", [[1, 2], [1, 2]]),
        ("c: 1:30", 90),
        ("c: " + "1" * 400, int("1" * 400)),
        ("c: '*'", "*"),
    ],
)
def test_what_is_in_proportion_is_read(text, expected):
    tree = parse_tree(text, "m.yaml")
    assert expected is None or tree["c"] == expected


PROGRAM = """
import resource, sys, time
from gammapy.errors import FileFormatError
from gammapy.modeling.models import Models
start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    Models.read(sys.argv[1])
except FileFormatError as error:
    print(time.perf_counter() - start)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    print(str(error)[:200])
"""


def refused(path) -> tuple[float, float, str]:
    """Seconds, kB and message, of a reader in a process of its own, which may crash."""
    command = [sys.executable, "-c", PROGRAM, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr[-500:]
    seconds, size, message = done.stdout.splitlines()
    return float(seconds), float(size), message


@pytest.mark.parametrize("piece", ["- ", "[", "{a: ", "? "])
@pytest.mark.slow
def test_depth_of_100_mb(tmp_path, piece):
    """It would be the end of the stack, and of the process."""
    path = tmp_path / "m.yaml"
    path.write_text(piece * (100 * 2**20 // len(piece)))
    seconds, size, message = refused(path)
    # the second is libyaml's own, from PyYAML 6.0.4 on
    depth = "(more than 100 collections in each other|exceeded maximum nesting depth)"
    assert re.search(f"m.yaml, line 1: not valid YAML: {depth}", message)
    assert seconds < 5
    assert size < 6e5


@pytest.mark.parametrize(
    "tag",
    [
        "!!python/object/apply:os.system ['touch {path}']",
        "!!python/object/new:os.system ['touch {path}']",
        "!!python/name:os.system",
        "!!python/module:os",
        "!!python/object:gammapy.modeling.models.SkyModel {{}}",
        "!anything {{}}",
    ],
)
def test_tags_do_nothing(tmp_path, tag):
    path, made = tmp_path / "m.yaml", tmp_path / "made"
    path.write_text("components:\n- name: a\n  spectral: " + tag.format(path=made))
    with pytest.raises(FileFormatError, match=r"m\.yaml, line 3: not valid YAML: could not det"):
        Models.read(path)
    assert not made.exists()
