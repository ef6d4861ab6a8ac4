"""The one door through which optional packages come."""

from importlib import import_module
from types import ModuleType

from gammapy.errors import MissingPackageError

__all__ = ["require"]

#: import name -> the extra of this package that installs it
EXTRAS = {
    "emcee": "emcee",
    "h5py": "emcee",
    "jax": "jax",
    "matplotlib": "plot",
    "naima": "naima",
    "sherpa": "sherpa",
}


def require(module: str, feature: str) -> ModuleType:
    """Import an optional module, or say which extra installs it.

    Parameters
    ----------
    module : str
        Dotted import name, e.g. ``"sherpa.optmethods"``.
    feature : str
        What needs it, as it reads in a sentence: ``"the sherpa optimisers"``.

    Raises
    ------
    MissingPackageError
        If the package is not installed.
    """
    package = module.partition(".")[0]
    try:
        return import_module(module)
    except ImportError as error:
        extra = EXTRAS[package]
        raise MissingPackageError(
            f"{feature} need the package {package!r}, which cannot be imported ({error}): "
            f"install it with pip install 'gammapy[{extra}]'"
        ) from error
