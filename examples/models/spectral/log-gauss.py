from gammapy.modeling.models import create_cosmic_ray_spectral_model

# the electrons of the cosmic rays: a power law and such a peak
model = create_cosmic_ray_spectral_model("electron").model2
energy_bounds = ("10 GeV", "20 TeV")
