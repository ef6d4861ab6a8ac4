"""Temporal models: the factor over time, and over a turn."""

from __future__ import annotations

from typing import Any

import numpy as np
from astropy.time import Time

from gammapy.errors import ModelError, OptionError
from gammapy.modeling.models import TemplatePhaseCurveTemporalModel, TemporalModel
from gammapy.plot.axes import axis_label, current_axes
from gammapy.plot.times import Times, on_time_axis
from gammapy.units import as_quantity

__all__ = ["plot_phase_curve", "plot_temporal_model"]
