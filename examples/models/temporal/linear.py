from gammapy.modeling.models import LinearTemporalModel

model = LinearTemporalModel(alpha=1, beta="0.1 d-1", t_ref="55575 d")
