from gammapy.modeling.models import PowerLawTemporalModel

model = PowerLawTemporalModel(alpha=1.2, t_ref="55570 d", t0="1 d")
time_range = (55571, 55585)
