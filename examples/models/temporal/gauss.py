from gammapy.modeling.models import GaussianTemporalModel

model = GaussianTemporalModel(t_ref="55556 d", sigma="1.5 d")
