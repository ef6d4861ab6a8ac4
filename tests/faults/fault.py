"""What a deliberate fault is."""

from typing import NamedTuple

__all__ = ["Fault"]


class Fault(NamedTuple):
    """One replacement in one module, and the tests (files or node ids) that must see it."""

    stage: str
    module: str
    right: str
    wrong: str
    tests: str
    data: str = ""  # variable without which these tests are skipped
