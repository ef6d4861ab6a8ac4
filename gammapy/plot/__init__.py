"""Pictures. They need matplotlib, which comes with the extra ``plot``.

A function here makes a figure and returns it with its axes. It never touches the state of pyplot,
so it works in a script without a display; to see a figure in a window or on a notebook page, hand
in axes that pyplot made.
"""

from gammapy.plot.spectrum import plot_fit

__all__ = ["plot_fit"]
