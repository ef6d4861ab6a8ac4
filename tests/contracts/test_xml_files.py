"""Every XML file that we know: read, and written back in three ways, each of which can fail.

An echo of the parsed file would pass the first: unchanged. In the second one parameter of each
source is changed through the model, and only its attribute may differ. In the third the models
have lost what they brought along, and all is written from them.
"""

import math
import os
import warnings
from pathlib import Path

import pytest
from lxml import etree

from gammapy.errors import FileFormatError, GammapyWarning
from gammapy.modeling.models import Models, PiecewiseNormSpectralModel, ShellSpatialModel
from gammapy.modeling.serialize.xml.library import models_from_xml, read_models
from gammapy.modeling.serialize.xml.writing import models_to_xml

NO_MODELS = {
    f"ctools/test/data/{name}.xml": what
    for what, names in {
        "a list of observations": (
            *("obs_stacked", "obs_stacked_two", "obs_unbinned", "obs_unbinned_two"),
            *("onoff_obs", "onoff_obs1", "onoff_obs2", "onoff_obs_stacked"),
        ),
        "a workflow": ("workflow",),
    }.items()
    for name in names
}
#: sources of the nine files of 1DC
NUMBERS = {
    "binaries/ctadc_skymodel_gps_sources_binaries": 11,
    "gamma-cat/ctadc_skymodel_gps_sources_gamma-cat": 64,
    "gamma-cat/ctadc_skymodel_gps_sources_gamma-cat2": 66,
    "image_sources/ctadc_skymodel_gps_sources_images": 11,
    "pulsars/ctadc_skymodel_gps_sources_pulsars": 15,
    "pwn/ctadc_skymodel_gps_sources_composite": 325,
    "pwn/ctadc_skymodel_gps_sources_pwn": 491,
    "snrs/ctadc_skymodel_gps_sources_snr_1": 882,
    "snrs/ctadc_skymodel_gps_sources_snr_2": 861,
}
#: to which a number is the same after it was divided by a scale and multiplied again
ROUNDING = 1e-14


def data() -> Path | None:
    folder = os.environ.get("GAMMAPY_DATA")
    return Path(folder) if folder else None


def files() -> list[Path]:
    folder = data()
    found = sorted(folder.rglob("*.xml")) if folder else []
    return [path for path in found if path.relative_to(folder).as_posix() not in NO_MODELS]


def cases(heavy=()):
    folder = data()
    if folder is None:
        reason = "GAMMAPY_DATA is not set: it names the folder this test reads"
        return [pytest.param(None, id="no-data", marks=pytest.mark.skip(reason=reason))]
    names = [path.relative_to(folder).as_posix() for path in files()]
    return [
        pytest.param(folder / name, id=name, marks=[pytest.mark.slow] if name in heavy else [])
        for name in names
    ]


#: remnants whose spectra have 30,000 nodes together
REMNANTS = tuple(f"cta-1dc-skymodel/snrs/ctadc_skymodel_gps_sources_snr_{i}.xml" for i in (1, 2))
every_file = pytest.mark.parametrize("path", cases())
every_file_slowly = pytest.mark.parametrize("path", cases(heavy=REMNANTS))
needs_data = pytest.mark.skipif(data() is None, reason="GAMMAPY_DATA is not set")


def read(path: Path) -> Models:
    """Models of a file; what it warns of is tested where the reader is."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GammapyWarning)
        return read_models(path)


def again(text: str, like: Models, path: Path) -> Models:
    """Models of a text that names files as the file at ``path`` does."""
    place = path.with_name("again.xml")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GammapyWarning)
        from gammapy.modeling.serialize.xml.library import _decode

        return _decode(text.encode(), str(place), path.resolve().parent, like.origin.dialect)


def canonical(data: bytes) -> str:
    """The same text for all ways to write one document."""
    return etree.canonicalize(etree.fromstring(data.lstrip()).getroottree(), with_comments=True)


def numbers(models: Models) -> dict[str, tuple]:
    """All that parameters have, in internal units, by path; of a node, its intensity."""
    found = {}
    for model in models:
        size = intensities(model)
        for path, p in model.own_parameters.items():
            factor = p.internal_factor * size.get(path, 1.0)
            values = (x * factor for x in (p.value, p.min, p.max, p.error))
            found[f"{model.name}.{path}"] = (*values, p.frozen)
    return found


def intensities(model) -> dict[str, float]:
    """What the norms of nodes multiply, by their paths."""
    spectrum = model.spectral_model
    if not isinstance(getattr(spectrum, "model2", None), PiecewiseNormSpectralModel):
        return {}
    values = spectrum.model1.values.to_value("cm-2 s-1 TeV-1").tolist()
    return {f"spectral.model2.norm_{i}": value for i, value in enumerate(values)}


def same(one: tuple, other: tuple) -> bool:
    return all(
        a == b or (math.isnan(a) and math.isnan(b)) or math.isclose(a, b, rel_tol=ROUNDING)
        for a, b in zip(one, other, strict=True)
    )


def assert_same_numbers(one: dict[str, tuple], other: dict[str, tuple]) -> None:
    assert list(one) == list(other)
    differ = {path: (one[path], other[path]) for path in one if not same(one[path], other[path])}
    assert not differ


def without_origin(models: Models) -> Models:
    new = models.copy()
    new.origin = None
    for model in new:
        model.origin = None
    return new


@needs_data
def test_files_are_there():
    assert len(files()) == 53
    assert all((data() / name).exists() for name in NO_MODELS)
    sizes = {name: len(read(data() / f"cta-1dc-skymodel/{name}.xml")) for name in NUMBERS}
    assert sizes == NUMBERS
    assert sum(sizes.values()) == 2726


@needs_data
@pytest.mark.parametrize(("name", "what"), NO_MODELS.items())
def test_other_files_are_refused_by_name(name, what):
    with pytest.raises(FileFormatError, match=rf"{Path(name).name}:2: .* is {what}"):
        Models.read(data() / name)


@every_file
def test_unchanged(path):
    assert canonical(models_to_xml(read(path)).encode()) == canonical(path.read_bytes())


@every_file_slowly
def test_one_change_in_each_source(path):
    models = read(path)
    asked, before = [], numbers(models)
    for i, model in enumerate(models):
        if not (movable := stated_parameters(model)):
            continue
        name = list(movable)[i % len(movable)]
        parameter = movable[name]
        parameter.value = changed(parameter)
        asked.append(f"{model.name}.{name}")
    text = models_to_xml(models)
    assert differences(path.read_bytes(), text.encode()) == (
        {("value",): len(asked)} if asked else {}
    )
    back = again(text, models, path)
    found = numbers(back)
    assert_same_numbers(numbers(models), found)
    assert [name for name in found if not same(found[name], before[name])] == asked


@every_file_slowly
def test_one_change_in_each_part_alone(path):
    """Of up to six sources, first and last among them: one file for each change."""
    models, text = read(path), path.read_bytes()
    step = max(1, (len(models) - 1) // 5)
    for i in sorted({*range(0, len(models), step), len(models) - 1} - {-1})[:6]:
        alone = Models([models[i]])
        alone.origin = models.origin
        source = canonical(models_to_xml(alone).encode())
        movable = stated_parameters(models[i])
        for kind in ("spectral", "spatial", "temporal"):
            names = [name for name in movable if name.startswith(kind)]
            for name in names[:: max(1, len(names) - 1)]:
                parameter = movable[name]
                old, new = parameter.value, changed(parameter)
                parameter.value = new
                found = models_to_xml(alone).encode()
                assert differences(source.encode(), canonical(found).encode()) == {("value",): 1}
                back = numbers(again(found.decode(), models, path))
                assert same(
                    back[f"{models[i].name}.{name}"], numbers(alone)[f"{models[i].name}.{name}"]
                )
                parameter.value = old
    assert canonical(models_to_xml(models).encode()) == canonical(text)


def stated_parameters(model):
    """Parameters that stand in the file: not the position of a map, nor what another one gives."""
    is_map = hasattr(model.part("spatial"), "filename")
    tilt = model.own_parameters.get("spectral.tilt")
    constant_factor = tilt is not None and tilt.frozen and tilt.value == 0.0
    # two sizes of a shell from one in the file, which stay as they are
    thin = (
        isinstance(model.part("spatial"), ShellSpatialModel) and b'"Shell"' in model.origin.element
    )
    return {
        name: p
        for name, p in model.own_parameters.items()
        if p.link is None
        and not (is_map and name.startswith("spatial."))
        and name.rpartition(".")[2] not in ("e", "phi", "edge_width")
        and not (name.endswith(".alpha") and p.frozen)  # of a cutoff that has none in the file
        and not (name.endswith((".tilt", ".reference")) and constant_factor)
        and p.min != p.max
        and not (thin and name in ("spatial.radius", "spatial.width"))
    }


def changed(parameter) -> float:
    """Another value within the bounds."""
    value = parameter.value
    for new in (1.0625 * value, 0.9375 * value, value + 0.125, value - 0.125):
        outside = new < parameter.min or new > parameter.max
        if new != value and not outside:
            return new
    raise AssertionError(f"no other value for {parameter!r} within {parameter.min, parameter.max}")


def differences(one: bytes, other: bytes) -> dict[tuple, int]:
    """How many elements differ, by the names of the attributes that do; all else must be equal."""
    found: dict[tuple, int] = {}
    a, b = (list(etree.fromstring(text.lstrip()).iter()) for text in (one, other))
    assert [(x.tag, x.text, x.tail) for x in a] == [(x.tag, x.text, x.tail) for x in b]
    for x, y in zip(a, b, strict=True):
        if isinstance(x.tag, str) and dict(x.attrib) != dict(y.attrib):
            keys = {*x.attrib, *y.attrib}
            differ = tuple(sorted(key for key in keys if x.get(key) != y.get(key)))
            found[differ] = found.get(differ, 0) + 1
    return found


@every_file_slowly
def test_from_the_models_alone(path):
    models = read(path)
    bare = without_origin(models)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GammapyWarning)
        text = models_to_xml(bare, models.origin.dialect)
    back = again(text, models, path)
    assert [type(part) for m in back for part in m.parts()] == [
        type(part) for m in models for part in m.parts()
    ]
    assert_same_numbers(numbers(models), numbers(back))
    assert list(map(details, models)) == list(map(details, back))


def details(model) -> list:
    """What parts have besides parameters."""
    shape, course = model.part("spatial"), model.part("temporal")
    keys = ("filename", "normalize", "kind", "attributes")
    found = [getattr(part, key, None) for part in (model, shape, course) for key in keys]
    if not hasattr(shape, "filename"):  # a map has the frame of its file, which may be missing
        found.append(getattr(shape, "frame", None))
    return found


@every_file_slowly
def test_through_yaml(path):
    models = read(path)
    through = Models.from_yaml(models.to_yaml())
    back = again(models_to_xml(through, models.origin.dialect), models, path)
    assert_same_numbers(numbers(models), numbers(back))


@needs_data
def test_the_text_is_the_same_each_time():
    path = data() / "cta-1dc-skymodel/image_sources/ctadc_skymodel_gps_sources_images.xml"
    texts = {models_to_xml(without_origin(read(path)), "gammalib") for _ in range(2)}
    assert len(texts) == 1
    assert models_from_xml(texts.pop()).names == read(path).names
