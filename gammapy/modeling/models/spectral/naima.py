r"""Radiation of particle populations, computed by the package naima.

.. math:: \phi(E) = \frac{1}{4 \pi d^2} \, \frac{dN}{dE \, dt}

with the photons :math:`dN/dE\,dt` that the particles radiate, at a distance :math:`d`.

The formula is naima's: it works on quantities, so it takes the slow path (`needs_quantities`), and
its derivatives are central differences of it. Nothing here is computed on another array library.

Naima sums over particles of some 100 energies per decade, and takes cross sections from tables. Its
pion decay and bremsstrahlung are therefore not smooth functions of the energy (relative steps of
1e-9 to 1e-7, in bremsstrahlung up to 1e-2), and no quadrature of them converges as counts need it.
The option ``mesh_per_decade`` calls naima at fixed energies and goes smoothly between them.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any, Self

import astropy.units as u
import numpy as np
from astropy.constants import c

from gammapy.engine.differentiate import numerical_partials
from gammapy.errors import ModelError, UnknownNameError
from gammapy.modeling.models.spectral.base import DNDE, SpectralModel
from gammapy.modeling.parameter import Parameter
from gammapy.modeling.parameters import Parameters
from gammapy.optional import require
from gammapy.units import as_quantity

__all__ = ["NaimaSpectralModel"]

#: energies at which the synchrotron photons of a self-Compton model are computed
_SSC_ENERGY = np.logspace(-7, 9, 100) * u.eV
#: mean density of photons in a sphere that makes them, over that at its surface
#: (Atoyan & Aharonian 1996, MNRAS 278, 525)
_SPHERE = 2.24


class NaimaSpectralModel(SpectralModel):
    """Radiation of a population of particles at some distance.

    The parameters are those of the particle distribution, as naima calls them, then ``B`` of
    synchrotron radiation, and ``B`` and ``radius`` (frozen) of synchrotron self-Compton. The naima
    object is copied, so what happens to the given one later changes nothing here.

    Parameters
    ----------
    radiative_model : naima radiative model
        `naima.models.PionDecay`, ``InverseCompton``, ``Synchrotron`` or ``Bremsstrahlung``, of a
        particle distribution that names its parameters (`naima.models.TableModel` does not).
    distance : `~astropy.units.Quantity`
        Distance of the source, not 0.
    seed : str, optional
        Photon field of an inverse Compton model to use alone; all of them if not given.
    nested_models : dict, optional
        ``{"SSC": {"B": ..., "radius": ...}}`` adds, to an inverse Compton model, the photons that
        the particles radiate in a magnetic field, filling a sphere.
    use_cache : bool
        Let naima keep the results of earlier calls.
    mesh_per_decade : int, optional
        Call naima at so many energies per decade only and interpolate (a cubic through four
        points, in logarithms; 20 is good to 1e-4). This is needed to fit pion decay or
        bremsstrahlung to counts, and quicker in any such fit. By default each energy is computed.

    Raises
    ------
    MissingPackageError
        If naima is not installed.
    ModelError, UnknownNameError
        If the model is none of naima's, or an option does not fit it.
    """

    tag = ["NaimaSpectralModel", "naima"]
    needs_quantities = True

    def __init__(
        self,
        radiative_model: Any,
        distance: Any = 1.0 * u.kpc,
        seed: str | None = None,
        nested_models: dict[str, Any] | None = None,
        use_cache: bool = False,
        mesh_per_decade: int | None = None,
    ) -> None:
        require("naima", "models of particle populations")
        _check_radiative_model(radiative_model)
        self._naima = deepcopy(radiative_model)
        self._naima._memoize = bool(use_cache)
        self.use_cache = bool(use_cache)
        self.distance = as_quantity(distance, "distance", u.kpc)
        if not (self.distance.isscalar and self.distance > 0 and np.isfinite(self.distance)):
            raise ModelError(f"distance = {distance} must be one positive distance")
        if mesh_per_decade is not None and not mesh_per_decade >= 4:
            raise ModelError(f"mesh_per_decade = {mesh_per_decade} must be at least 4, or None")
        self.mesh_per_decade = None if mesh_per_decade is None else int(mesh_per_decade)
        self.nested_models = {k: dict(v) for k, v in (nested_models or {}).items()}
        self._ssc = self._synchrotron() if self.nested_models else None
        self.seed = seed
        self._check_seed()
        self.default_parameters = Parameters(self._declared())  # type: ignore[misc]
        super().__init__()

    def _declared(self) -> list[Parameter]:
        """Parameters with the values of the naima object."""
        particles = self._naima.particle_distribution
        found = {name: getattr(particles, name) for name in particles.param_names}
        if hasattr(self._naima, "B"):
            found["B"] = self._naima.B
        declared = [
            Parameter(name, u.Quantity(value, dtype=float)) for name, value in found.items()
        ]
        if self._ssc is not None:
            ssc = self.nested_models["SSC"]
            declared.append(Parameter("B", as_quantity(ssc["B"], "B", u.G)))
            radius = as_quantity(ssc["radius"], "radius", u.pc)
            declared.append(Parameter("radius", radius, frozen=True))
        return declared

    def _synchrotron(self) -> Any:
        """Source of the photons of self-Compton radiation."""
        from naima.models import Synchrotron

        ours = self.nested_models.get("SSC", {})
        fields = hasattr(self._naima, "seed_photon_fields")
        if list(self.nested_models) != ["SSC"] or set(ours) != {"B", "radius"} or not fields:
            raise ModelError(
                f"nested_models = {self.nested_models!r} is not known: only an InverseCompton "
                "model takes {'SSC': {'B': ..., 'radius': ...}}"
            )
        limits = {"Eemin": self._naima.Eemin, "Eemax": self._naima.Eemax}
        source = Synchrotron(self._naima.particle_distribution, B=ours["B"], **limits)
        source._memoize = False
        nothing = np.zeros(len(_SSC_ENERGY)) * u.Unit("eV-1 cm-3")
        self._naima.seed_photon_fields["SSC"] = {
            "isotropic": True,
            "type": "array",
            "energy": _SSC_ENERGY,
            "photon_density": nothing,
        }
        return source

    def _check_seed(self) -> None:
        fields = list(getattr(self._naima, "seed_photon_fields", ()))
        if self.seed is not None and self.seed not in fields:
            raise UnknownNameError(
                f"seed = {self.seed!r} is no photon field of the {type(self._naima).__name__} "
                f"model: it has {', '.join(fields) or 'none'}"
            )

    # -- naima's objects ------------------------------------------------------------------

    @property
    def radiative_model(self) -> Any:
        """A copy of naima's object, with the present values of the parameters."""
        self._assign([p.quantity for p in self.own_parameters.values()])
        return deepcopy(self._naima)

    @property
    def particle_distribution(self) -> Any:
        """A copy of naima's particle distribution, with the present values."""
        return self.radiative_model.particle_distribution

    @property
    def include_ssc(self) -> bool:
        """True if photons that the particles radiate themselves are scattered."""
        return self._ssc is not None

    def _assign(self, quantities: Any) -> None:
        """Give the private naima object all its values, so that nothing remains of earlier ones."""
        values = dict(zip(self.own_parameters, quantities, strict=True))
        particles = self._naima.particle_distribution
        for name in particles.param_names:
            setattr(particles, name, values[name])
        if self._ssc is not None:
            self._ssc.particle_distribution = particles
            self._ssc.B = values["B"]
            rate = self._ssc.flux(_SSC_ENERGY, distance=0 * u.cm)
            surface = 4 * np.pi * values["radius"] ** 2 * c
            density = (_SPHERE * rate / surface).to("eV-1 cm-3")
            self._naima.seed_photon_fields["SSC"]["photon_density"] = density
        elif "B" in values:
            self._naima.B = values["B"]

    # -- the formula ----------------------------------------------------------------------

    @property
    def unit(self) -> u.UnitBase:
        """A differential flux."""
        return DNDE

    def evaluate(self, energy: u.Quantity, *values: u.Quantity) -> u.Quantity:
        """Flux at energies of any shape, for scalar quantities.

        Raises
        ------
        ModelError
            If naima's result is not finite.
        """
        if any(np.iscomplexobj(value) for value in values):
            raise TypeError("naima's formulas drop the imaginary part of a complex number")
        self._assign(values)
        flat = np.reshape(energy.to_value(u.TeV), (-1,))
        flux = self._direct(flat) if self.mesh_per_decade is None else self._on_mesh(flat)
        return np.reshape(flux, energy.shape) * DNDE

    def _direct(self, energy: np.ndarray) -> np.ndarray:
        """Naima's flux [n] at energies [n] in TeV, for the values that it has."""
        options = {} if self.seed is None else {"seed": self.seed}
        found = self._naima.flux(energy * u.TeV, distance=self.distance, **options)
        flux = found.to_value(DNDE)
        if not np.all(np.isfinite(flux)):
            raise ModelError(
                f"naima's {type(self._naima).__name__} is not finite at "
                f"{energy[~np.isfinite(flux)][0]:g} TeV with {self!r}: bound the parameters, or "
                "the energies"
            )
        return flux

    def _on_mesh(self, energy: np.ndarray) -> np.ndarray:
        """Cubic through the four nearest energies of the mesh, in the logarithms of both.

        Where one of the four is zero there is no logarithm, and naima is called.
        """
        place = np.log10(energy) * self.mesh_per_decade
        left = np.floor(place).astype(int)
        nodes, index = np.unique(left[:, None] + np.arange(-1, 3), return_inverse=True)
        known = self._direct(10.0 ** (nodes / self.mesh_per_decade))[index.reshape(-1, 4)]
        positive = np.all(known > 0, axis=1)
        t = (place - left)[:, None]
        weights = np.hstack(
            [
                -t * (t - 1) * (t - 2) / 6,
                (t + 1) * (t - 1) * (t - 2) / 2,
                -(t + 1) * t * (t - 2) / 2,
                (t + 1) * t * (t - 1) / 6,
            ]
        )
        logarithms = np.log(np.where(known > 0, known, 1.0))
        flux = np.exp(np.sum(weights * logarithms, axis=1))
        if not np.all(positive):
            flux[~positive] = self._direct(energy[~positive])
        return flux

    def kinks_at(self, values: Any) -> tuple[float, ...]:
        """Energies of the mesh, in TeV, from 1 eV to 100 PeV."""
        n = self.mesh_per_decade
        return () if n is None else tuple((10.0 ** (np.arange(-12 * n, 5 * n + 1) / n)).tolist())

    def flux_partials(self, energy: np.ndarray, values: Any) -> Any:
        return numerical_partials(self._through_quantities, energy, values)

    # -- parameters that the class does not know ------------------------------------------

    def __getattr__(self, name: str) -> Any:
        own = self.__dict__.get("own_parameters", {})
        if name in own:
            return own[name]
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self.__dict__.get("own_parameters", {}):
            self.share_parameter(name, value)
        else:
            super().__setattr__(name, value)

    def _shell(self, **kwargs: Any) -> Self:
        new = super()._shell(**kwargs)
        new._naima, new._ssc = deepcopy((self._naima, self._ssc))
        return new

    def __repr__(self) -> str:
        particles = type(self._naima.particle_distribution).__name__
        return (
            f"NaimaSpectralModel({type(self._naima).__name__} of {particles} at {self.distance:g})"
        )


def _check_radiative_model(radiative_model: Any) -> None:
    particles = getattr(radiative_model, "particle_distribution", None)
    if not callable(getattr(radiative_model, "flux", None)) or particles is None:
        raise ModelError(
            f"radiative_model = {radiative_model!r} is none of naima's: make one like "
            "naima.models.PionDecay(particle_distribution)"
        )
    if not getattr(particles, "param_names", None):
        raise ModelError(
            f"the particle distribution {type(particles).__name__} does not name its parameters "
            "(param_names): use one of naima.models like ExponentialCutoffPowerLaw"
        )
