"""Maps of a whole survey: cut into tiles, computed by several processes, put together.

The parts: `tiles` (which there are), `memory` (how large they may be), `tasks` (what is computed
on one), `workers` (by which processes), `store` (where finished ones lie until all are), `inputs`
(what they were made of), `assembly` (how they become one file). `run` leads them.
"""

__all__: list[str] = []
