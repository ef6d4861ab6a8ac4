import astropy.units as u
from astropy.table import Table

from gammapy.modeling.models import TemplatePhaseCurveTemporalModel

phase = [0.0, 0.2, 0.4, 0.6, 0.7, 0.8, 0.9]
norm = [0.5, 0.3, 0.4, 1.3, 2.0, 1.6, 0.8]
period = 3.906 * u.d  # of an orbit

model = TemplatePhaseCurveTemporalModel(
    Table({"PHASE": phase, "NORM": norm}),
    filename="phase-curve.fits",
    t_ref="55570 d",
    f0=1 / period,
)
