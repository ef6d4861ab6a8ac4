from gammapy.modeling.models import SineTemporalModel

model = SineTemporalModel(amp=0.5, t_ref="55570 d", omega="1.5 rad d-1")
