"""Optimisers and samplers, one page each: ``run(objective, **options) -> Outcome``."""
