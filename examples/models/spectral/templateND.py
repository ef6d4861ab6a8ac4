import astropy.units as u
import numpy as np

from gammapy.maps import MapAxis, RegionNDMap
from gammapy.modeling.models import TemplateNDSpectralModel

energy = MapAxis.from_energy_bounds("10 GeV", "200 TeV", nbin=40, name="energy_true")
cutoff = MapAxis.from_nodes([1, 3, 10, 30] * u.TeV, interp="log", name="cutoff")
ratio = (energy.center / cutoff.center[:, None]).to_value("")
values = 3e-11 * energy.center.to_value("TeV") ** -2.2 * np.exp(-ratio)

spectra = RegionNDMap.create(axes=[energy, cutoff], data=values, unit="cm-2 s-1 TeV-1")
model = TemplateNDSpectralModel(spectra, filename="spectra.fits")
model.cutoff.quantity = 5 * u.TeV
