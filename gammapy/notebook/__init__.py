"""How objects show themselves in a notebook: as HTML tables."""

__all__: list[str] = []
