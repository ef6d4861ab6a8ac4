from gammapy.modeling.models import GeneralizedGaussianTemporalModel

model = GeneralizedGaussianTemporalModel(t_ref="55576 d", t_rise="1 d", t_decay="3 d", eta=0.7)
