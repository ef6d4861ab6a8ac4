"""
Measured more than once
=======================

Most sources have been looked at by several telescopes, and each paper has its own spectrum,
position and shape. gamma-cat (https://gamma-cat.readthedocs.io) collects them, a file for each
paper. We put the measurements of one source side by side, with their errors, and write them as
model files that other programs read.

The files of gamma-cat are used if ``$GAMMAPY_DATA`` names the folder that holds them. If not, those
of an invented source are, which lie beside this script in ``data/measured-nebula`` and show the
format.
"""

import os
import warnings
from pathlib import Path

import astropy.units as u
import matplotlib.pyplot as plt
from astropy.table import Table

from gammapy.catalog import GammaCat
from gammapy.maps import WcsGeom
from gammapy.modeling.models import Models

here = Path(globals().get("__file__", "gamma_cat.py")).resolve().parent
folder = Path(os.environ.get("GAMMAPY_DATA", "none")) / "gamma-cat" / "input"
name = "Vela X"
if not folder.exists():
    folder, name = here / "data" / "measured-nebula", "Test nebula"

# %%
# What there is
# -------------
#
# `GammaCat` reads the whole folder. A source is found by each of its names, and by its number.

gamma_cat = GammaCat(folder)
print(gamma_cat)
gamma_cat.table(name)["telescope", "spectrum", "morphology", "n_seds", "name"]

# %%
# A measurement keeps its file as it is, with the reference, and with notes where an entry had to be
# interpreted.

measurements = gamma_cat.measurements(name)
for measurement in measurements:
    print(measurement.telescope, measurement.url, *measurement.notes)

# %%
# Side by side
# ------------
#
# ``to_models`` makes sources of them, with the statistical errors on the parameters. The systematic
# errors, which most papers give too, stay with the measurement, as no fit may add them up like the
# others. It is the ``origin`` of its model.

models = gamma_cat.to_models(name)
rows = []
for model in models:
    for path, parameter in model.own_parameters.items():
        if parameter.error > 0:
            systematic = model.origin.systematic.get(path, 0 * parameter.unit)
            numbers = parameter.value, parameter.error, systematic.to_value(parameter.unit)
            rows.append((model.origin.telescope, model.origin.reference_id, path, *numbers))
names = ["telescope", "paper", "parameter", "value", "error", "systematic"]
table = Table(rows=rows, names=names)
for column in names[3:]:
    table[column].format = ".3g"
table

# %%
# Spectra
# -------
#
# The bands are those of the statistical errors, as if the parameters were not correlated, since
# hardly a paper gives the correlations. Points are from the same papers. Each file of them is
# `FluxPoints`, which can be fitted.

points = gamma_cat.flux_points(name)
bounds = [0.3, 60] * u.TeV
figure, ax = plt.subplots(figsize=(7.5, 5), layout="constrained")
for i, model in enumerate(models):
    paper = model.origin.reference_id
    style = {"ax": ax, "sed_type": "e2dnde", "color": f"C{i}"}
    model.spectral_model.plot(bounds, label=f"{model.origin.telescope} {paper}", **style)
    model.spectral_model.plot_error(bounds, **{**style, "color": None, "facecolor": f"C{i}"})
    for file in gamma_cat.sed_files(model.origin):
        points[str(file.relative_to(folder / "data"))].plot(label=f"points of {paper}", **style)
ax.legend()
plt.show()

# %%
# Places
# ------
#
# Outlines are those of the shapes. The small ellipses hold the true position with 95 % probability,
# by the statistical errors of the paper; a paper without such errors has none.

center = models[-1].position
geom = WcsGeom.create(skydir=center, width=2, binsz=0.01, frame="icrs", proj="TAN")
figure, ax = plt.subplots(figsize=(6, 5.5), subplot_kw={"projection": geom.wcs})
for i, model in enumerate(models):
    shape = model.spatial_model
    x, y = shape.position.to_pixel(geom.wcs)
    ax.plot(x, y, "+", color=f"C{i}", label=f"{model.origin.telescope} {model.origin.reference_id}")
    for region in (shape.to_region(), shape.position_error):
        if hasattr(region, "width"):
            region.to_pixel(geom.wcs).plot(ax=ax, edgecolor=f"C{i}")
x, y = center.to_pixel(geom.wcs)
half = 10 + max(30 * model.spatial_model.evaluation_radius.to_value("deg") for model in models)
ax.set(xlim=(x - half, x + half), ylim=(y - half, y + half))
ax.set_xlabel("Right ascension")
ax.set_ylabel("Declination")
ax.legend()
plt.show()

# %%
# Model files
# -----------
#
# YAML keeps everything but the measurement behind the model: values, errors, correlations.

models.write("measured.yaml", overwrite=True)
again = Models.read("measured.yaml")
Path("measured.yaml").unlink()
assert again.names == models.names

# %%
# XML is for the tools that read it, Gammalib (and ctools) or those of Fermi. What it cannot say is
# told, source by source; what it has no word for at all is an error, and then no file is written.

with warnings.catch_warnings(record=True, action="always") as told:
    models.write("measured.xml", dialect="gammalib", overwrite=True)
for warning in told:
    print(str(warning.message).replace("; ", ";\n    "))
print(Path("measured.xml").read_text()[:1300], "...")

# %%
# What comes back is the same source: the numbers agree to the last digits.

back = Models.read("measured.xml")
Path("measured.xml").unlink()
for one, other in zip(models, back, strict=True):
    flux = [m.spectral_model.integral(1 * u.TeV, 10 * u.TeV).to("cm-2 s-1") for m in (one, other)]
    print(f"{one.origin.telescope:8} {flux[0]:.6g}, from XML {flux[1]:.6g}")
    assert abs(flux[1] / flux[0] - 1) < 1e-9

# %%
# The same from the command line: ``gammapy models info FILE`` for a list, ``gammapy models convert
# FILE measured.xml`` for XML, ``gammapy models plot FILE -o measured.png`` for the picture. They
# take the files of gamma-cat as well.
