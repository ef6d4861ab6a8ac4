import astropy.units as u
from astropy.table import Table

from gammapy.modeling.models import LightCurveTemplateTemporalModel

days = [0, 2, 3, 4, 5, 7, 10, 15]
norm = [0.2, 0.3, 1.0, 0.6, 0.9, 0.5, 0.3, 0.2]
header = {"MJDREFI": 55570, "MJDREFF": 0.0, "TIMESYS": "utc"}
table = Table({"TIME": (days * u.d).to("s"), "NORM": norm}, meta=header)

model = LightCurveTemplateTemporalModel.from_table(table, filename="light-curve.fits")
