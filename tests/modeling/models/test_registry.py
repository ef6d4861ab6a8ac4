import pytest

from gammapy.errors import ModelError, UnknownNameError
from gammapy.modeling.models import MODEL_REGISTRY, SPECTRAL_MODEL_REGISTRY, SkyModel
from gammapy.modeling.models.registry import Registry


def make(name, *tags):
    return type(name, (), {"tag": [name, *tags]})


@pytest.fixture
def registry():
    return Registry("toy model")


def test_found_by_class_name_and_tag(registry):
    cls = make("Power", "pl", "pwl")
    registry.register(cls)
    assert registry.get("Power") is registry.get("pl") is registry.get("pwl") is cls
    assert "pl" in registry
    assert "pow" not in registry


def test_iterates_over_classes_once_in_order(registry):
    one, two = make("One", "1", "un"), make("Two", "2")
    registry.register(one)
    registry.register(two)
    assert list(registry) == [one, two]
    assert len(registry) == 2


def test_a_class_that_is_defined_again_replaces_the_earlier(registry):
    registry.register(make("One", "1"))
    again = make("One", "1")
    registry.register(again)
    assert registry.get("1") is again
    assert list(registry) == [again]


def test_a_taken_tag_is_refused(registry):
    registry.register(make("One", "1"))
    with pytest.raises(ModelError, match="tag '1' belongs to One; choose another tag"):
        registry.register(make("Other", "1"))
    assert "Other" not in registry


@pytest.mark.parametrize(
    ("tag", "suggestion"),
    [
        ("PowerLawSpectralModl", "PowerLawSpectralModel"),
        ("powerlaw", "did you mean"),
        ("ecppl", "ecpl"),
        ("", "did you mean"),
        (None, "did you mean"),
        ([], "did you mean"),
        (3, "did you mean"),
    ],
)
def test_unknown_tag_comes_with_suggestions(tag, suggestion):
    with pytest.raises(UnknownNameError, match=suggestion) as info:
        SPECTRAL_MODEL_REGISTRY.get(tag)
    assert "no spectral model is called" in str(info.value)
    assert "must be imported before the file is read" in str(info.value)


def test_nothing_close_lists_all(registry):
    registry.register(make("One", "1"))
    registry.register(make("Two", "2"))
    with pytest.raises(UnknownNameError, match="did you mean One, Two"):
        registry.get("xyzzy")


def test_families_keep_apart():
    assert MODEL_REGISTRY.get("sky-model") is SkyModel
    assert "SkyModel" not in SPECTRAL_MODEL_REGISTRY


def test_names_that_scripts_know(registry):
    cls = make("One", "1", "un")
    registry.append(cls)
    assert registry.get_cls("un") is cls
    registry.append(cls)
    assert str(registry).splitlines() == ["Registry of 1 toy models", f"  {'One':42s}: 1, un"]
