import inspect
import pickle

import pytest

from gammapy import errors

CLASSES = [getattr(errors, name) for name in errors.__all__]
ERRORS = [c for c in CLASSES if issubclass(c, errors.GammapyError) and c is not errors.GammapyError]


@pytest.mark.parametrize("cls", CLASSES, ids=lambda c: c.__name__)
def test_has_a_meaning(cls):
    assert cls.__doc__.endswith(".")


def test_all_are_public():
    defined = {
        n
        for n, c in vars(errors).items()
        if inspect.isclass(c) and c.__module__ == "gammapy.errors"
    }
    assert defined == set(errors.__all__)


@pytest.mark.parametrize("cls", ERRORS, ids=lambda c: c.__name__)
def test_is_also_a_builtin_error(cls):
    assert any(
        base.__module__ == "builtins" and base not in (Exception, BaseException, object)
        for base in cls.__mro__
    )


@pytest.mark.parametrize("cls", ERRORS, ids=lambda c: c.__name__)
def test_shows_its_message_as_written(cls):
    try:
        error = cls("no parameter 'x': known are ['y']")
    except TypeError:
        pytest.fail(f"{cls.__name__} cannot be made from a message")
    assert str(error) == "no parameter 'x': known are ['y']"
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_warning():
    assert issubclass(errors.GammapyWarning, UserWarning)
