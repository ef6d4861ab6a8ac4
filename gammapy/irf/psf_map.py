"""PSFMap: the point spread function over the sky, reduced for an observation or for many."""

from __future__ import annotations

from typing import Any, Self

import astropy.units as u
import numpy as np
from astropy.coordinates import SkyCoord
from astropy.io import fits

from gammapy.errors import DataError
from gammapy.irf.gtpsf import gtpsf_maps
from gammapy.irf.irf_map import IRFMap, map_property
from gammapy.irf.psf_kernel import PSFKernel
from gammapy.irf.radial_profile import RadialProfile
from gammapy.irf.spectral_weights import spectral_weights
from gammapy.maps import Map, MapAxis, WcsGeom
from gammapy.units import as_quantity, strip

__all__ = ["PSFMap"]


class PSFMap(IRFMap):
    """Point spread function over radius (axis ``rad``) and true energy (``energy_true``).

    Between radii it is as in `gammapy.irf.radial_profile`: exact for a Gaussian. Between energies
    it is linear in their logarithm, and constant beyond the first and last.

    Parameters
    ----------
    psf_map : `~gammapy.maps.WcsNDMap` or `~gammapy.maps.RegionNDMap`
        In sr-1 or like it.
    exposure_map : `~gammapy.maps.Map`, optional

    Raises
    ------
    DataError, UnitMismatchError
        As `IRFMap`.
    """

    tag = "psf_map"
    required_axes = ["rad", "energy_true"]
    _hdu = "PSF"
    _unit = "sr-1"
    _formats = ("gadf", "gtpsf")

    def __init__(self, psf_map: Map, exposure_map: Map | None = None) -> None:
        super().__init__(psf_map, exposure_map)

    @classmethod
    def from_hdulist(cls, hdulist: fits.HDUList, *args: Any, **kwargs: Any) -> Self:
        """Point spread function of an open file; as for all maps of responses.

        The format may be "gtpsf" too: a table of the tool of this name, valid everywhere.
        """
        if kwargs.get("format") == "gtpsf":
            return cls(*gtpsf_maps(hdulist))
        return super().from_hdulist(hdulist, *args, **kwargs)

    @classmethod
    def from_gauss(
        cls,
        energy_axis_true: MapAxis,
        rad_axis: Any = None,
        sigma: Any = "0.1 deg",
        geom: Any = None,
    ) -> Self:
        """Gaussian of one width, or of one for each energy; normalised on the axis.

        Parameters
        ----------
        energy_axis_true : `~gammapy.maps.MapAxis`
        rad_axis : `~gammapy.maps.MapAxis`, optional
            By default 66 bins up to 0.66 deg.
        sigma : `~astropy.units.Quantity` or str
            A number, or one for each energy.
        geom : `~gammapy.maps.WcsGeom`, optional
            Image of the sky; by default two pixels for the whole of it.

        Raises
        ------
        DataError
            If a width is not positive, or of another number.
        """
        width = np.atleast_1d(strip(sigma, "sigma", u.deg)).astype(float)
        if width.shape not in ((1,), (energy_axis_true.nbin,)) or not np.all(width > 0):
            raise DataError(
                f"sigma = {sigma!r}: one positive width is needed, or one for each of the "
                f"{energy_axis_true.nbin} energies"
            )
        if rad_axis is None:
            rad_axis = MapAxis(np.linspace(0, 0.66, 67) * u.deg, name="rad")
        image = WcsGeom.create(npix=(2, 1), binsz=180) if geom is None else geom.to_image()
        new = cls.from_geom(image.to_cube([rad_axis, energy_axis_true]))
        rad = rad_axis.center.to_value("deg")
        values = np.exp(-0.5 * (rad / width[:, None]) ** 2)
        values = np.broadcast_to(values, (energy_axis_true.nbin, len(rad)))
        new.psf_map.data += values[..., None, None]
        new.exposure_map.data += 1.0
        new.normalize()
        return new

    psf_map = map_property("Map of the point spread function.")

    @property
    def energy_name(self) -> str:
        """Name of the axis of energies."""
        return "energy_true"

    # -- what it says at a position -------------------------------------------------------

    @property
    def _radii(self) -> tuple[np.ndarray, np.ndarray]:
        """Centres [n] and edges [n + 1] of the radii in deg."""
        axis = self._irf_map.geom.axes["rad"]
        return axis.center.to_value("deg"), np.maximum(axis.edges.to_value("deg"), 0.0)

    def profile(self, position: SkyCoord | None = None, energy_true: Any = None) -> RadialProfile:
        """Profiles at a position, as stored, for energies [k]; by default those of the map.

        Parameters
        ----------
        position : `~astropy.coordinates.SkyCoord`, optional
            By default the middle of the map.
        energy_true : `~astropy.units.Quantity` [k], optional
        """
        values = self._at(position) * float(self._irf_map.unit.to("sr-1"))
        if energy_true is not None:
            values = _at_energies(values, self._energy_true, energy_true)
        return RadialProfile(values, *self._radii)

    def transform(self, frequency: np.ndarray, position: SkyCoord | None = None) -> np.ndarray:
        r"""Transform [k, m] at the energies of the map, normalised: 1 at frequency 0.

        .. math:: T(q) = \int P(r)\, J_0(q r)\, 2 \pi r\, \mathrm{d}r \Big/ T(0)

        Parameters
        ----------
        frequency : ndarray [m]
            q, in rad per deg.
        position : `~astropy.coordinates.SkyCoord`, optional

        Raises
        ------
        DataError
            If there is no point spread function at an energy.
        """
        profile = self._there(self._energy_true, position)
        return profile.transform(frequency) / profile.total[:, None]

    def containment(
        self, rad: Any, energy_true: Any, position: SkyCoord | None = None
    ) -> u.Quantity:
        """Fraction inside of radii, of what is within the last radius of the map.

        Parameters
        ----------
        rad, energy_true : `~astropy.units.Quantity`
            Broadcast against each other.
        position : `~astropy.coordinates.SkyCoord`, optional
            By default the middle of the map.

        Raises
        ------
        DataError
            If there is no point spread function at an energy.
        """
        rad, energy = np.broadcast_arrays(
            strip(rad, "rad", u.deg), strip(energy_true, "energy_true", u.TeV)
        )
        profile = self._there(energy.ravel(), position)
        found = np.diagonal(profile.containment(rad.ravel())) / profile.total
        return u.Quantity(found.reshape(rad.shape), "")

    def containment_radius(
        self, fraction: Any, energy_true: Any, position: SkyCoord | None = None
    ) -> u.Quantity:
        """Radius that holds a fraction of what is within the last radius of the map, in deg.

        Parameters
        ----------
        fraction : float or array_like
        energy_true : `~astropy.units.Quantity`
            Broadcasts against the fraction.
        position : `~astropy.coordinates.SkyCoord`, optional
            By default the middle of the map.

        Raises
        ------
        DataError
            If the fraction is not from 0 to 1, or there is no point spread function at an energy.
        """
        parts, energy = np.broadcast_arrays(
            _fractions(fraction), strip(energy_true, "energy_true", u.TeV)
        )
        profile = self._there(energy.ravel(), position)
        found = profile.containment_radius(parts.ravel())
        return u.Quantity(np.diagonal(found).reshape(parts.shape), "deg")

    def containment_radius_map(self, energy_true: Any, fraction: float = 0.68) -> Map:
        """Image of the radius that holds a fraction; nan where there is no exposure.

        Parameters
        ----------
        energy_true : `~astropy.units.Quantity`
            One energy.
        fraction : float
        """
        part = _fractions(fraction).reshape(1)
        data = self._irf_map.data
        flat = np.moveaxis(data.reshape(*data.shape[:2], -1), 2, 0)  # [pixel, k, n]
        values = _at_energies(flat, self._energy_true, np.atleast_1d(energy_true))[:, 0]
        profile = RadialProfile(values, *self._radii)
        radius = np.where(profile.total > 0, profile.containment_radius(part)[:, 0], np.nan)
        image = self._irf_map.geom.drop("rad").drop("energy_true")
        return Map.from_geom(image, data=radius.reshape(data.shape[-2:]), unit="deg")

    def _there(self, energy: np.ndarray, position: SkyCoord | None) -> RadialProfile:
        """Profiles at energies in TeV, of which none is empty."""
        profile = self.profile(position, energy * u.TeV)
        self._check_there(profile, energy, position)
        return profile

    def _check_there(self, profile: RadialProfile, energy: np.ndarray, position: Any) -> None:
        empty = np.flatnonzero(profile.total <= 0)
        if len(empty):
            place = "the middle of the map" if position is None else position
            raise DataError(
                f"no point spread function at {energy[empty[0]]:g} TeV and {place}: there is no "
                "exposure; use energies and positions that were observed"
            )

    def get_psf_kernel(
        self,
        geom: Any,
        position: SkyCoord | None = None,
        max_radius: Any = None,
        containment: float = 0.999,
        precision_factor: int = 12,
    ) -> PSFKernel:
        """Kernel on pixels, normalised at each energy; zero where there is no exposure.

        Pixels have the size that they have at the position, and hold the mean of the profile over
        their area.

        Parameters
        ----------
        geom : `~gammapy.maps.WcsGeom`
            Its pixels and axis of true energies are used; without such an axis, that of the map.
        position : `~astropy.coordinates.SkyCoord`, optional
            By default the middle of ``geom``.
        max_radius : `~astropy.units.Quantity`, optional
            Half the width of the kernel; by default the largest radius, at any energy, that holds
            ``containment``.
        containment : float
        precision_factor : int
            Quadrature points within the 68 % radius of the narrowest profile, along each axis.
        """
        axes = geom.axes if "energy_true" in geom.axes.names else self._irf_map.geom.axes
        axis = axes["energy_true"]
        position = geom.center_skydir if position is None else position
        profile = self.profile(position, axis.center)
        there = profile.total > 0
        if not np.any(there):
            self._check_there(profile, axis.center.to_value("TeV"), position)
        if max_radius is None:
            parts = _fractions(containment).reshape(1)
            max_radius = float(profile.containment_radius(parts)[there].max())
        else:
            max_radius = float(strip(max_radius, "max_radius", u.deg))
        core = float(profile.containment_radius(np.array([0.68]))[there].min())
        return PSFKernel.from_profile(
            geom, axis, position, profile, max_radius, core / precision_factor
        )

    # -- other maps from it ---------------------------------------------------------------

    def normalize(self) -> None:
        """Scale, in place, so that each point spread function holds 1 within the last radius."""
        data = np.array(self._irf_map.data, dtype=float)
        factor = float(self._irf_map.unit.to("sr-1"))
        for plane in data:  # one energy at a time, for memory
            rows = np.moveaxis(plane, 0, -1)  # [y, x, n]
            total = RadialProfile(rows.reshape(-1, len(plane)) * factor, *self._radii).total
            plane /= np.where(total > 0, total, 1.0).reshape(plane.shape[1:])
        self._irf_map.data = data

    def to_image(self, spectral_model: Any = None, keepdims: bool = True) -> Self:
        """All energies as one, weighted by exposure times the flux of a spectrum.

        Parameters
        ----------
        spectral_model : `~gammapy.modeling.models.SpectralModel`, optional
            By default a power law of index 2.
        keepdims : bool
            Only True: a point spread function without energies is none.
        """
        if not keepdims:
            raise DataError("keepdims = False: a PSFMap needs its axis energy_true, use True")
        exposure = self._needed_exposure("to_image")
        axis = self._irf_map.geom.axes["energy_true"]
        weights = spectral_weights(axis, spectral_model)[:, None, None, None]
        seen = exposure.copy(data=exposure.data * weights)
        whole = self._weighted(self._irf_map, seen).sum_over_axes(["energy_true"])
        seen = seen.sum_over_axes(["energy_true"])
        return type(self)(self._divided(whole, seen), seen)


def _fractions(fraction: Any) -> np.ndarray:
    parts = as_quantity(fraction, "fraction", u.dimensionless_unscaled).to_value("")
    if not np.all((parts >= 0) & (parts <= 1)):
        raise DataError(f"fraction = {fraction!r} must be from 0 to 1")
    return parts


def _at_energies(values: np.ndarray, nodes: np.ndarray, energy_true: Any) -> np.ndarray:
    """Values [..., m, n] at energies [m] of those [..., k, n] at nodes [k]; constant outside."""
    wanted = np.log(strip(energy_true, "energy_true", u.TeV))
    place = np.interp(wanted, np.log(nodes), np.arange(float(len(nodes))))
    low = np.minimum(place.astype(int), max(len(nodes) - 2, 0))
    share = (place - low)[:, None]
    high = np.minimum(low + 1, len(nodes) - 1)
    below, above = values[..., low, :], values[..., high, :]
    # an energy without response next to one with it has no share
    return np.where(
        share == 0, below, np.where(share == 1, above, (1 - share) * below + share * above)
    )
