from gammapy.modeling.models import GaussianTemporalModel

model = GaussianTemporalModel(t_ref="55576 d", sigma="1.5 d")
