from gammapy.modeling.models import ExpDecayTemporalModel

model = ExpDecayTemporalModel(t0="3 d", t_ref="55570 d")
