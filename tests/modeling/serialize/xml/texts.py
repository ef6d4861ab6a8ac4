"""Pieces of XML files for the tests beside."""

POWER_LAW = (
    '<spectrum type="PowerLaw">'
    '<parameter name="Prefactor" value="5.7" scale="1e-16" min="1e-07" max="1000" free="1"/>'
    '<parameter name="Index" value="2.48" scale="-1" min="0" max="5" error="0.1" free="1"/>'
    '<parameter name="PivotEnergy" value="0.3" scale="1e6" free="0"/>'
    "</spectrum>"
)
POINT = (
    '<spatialModel type="PointSource"><parameter name="RA" value="83.63" free="0"/>'
    '<parameter name="DEC" value="22.01" free="0"/></spatialModel>'
)


def element(tag: str, words: str, **attributes: str) -> str:
    """Element of a type with parameters: "PowerLaw Prefactor 1e-16 Index -2 ..."."""
    kind, *rest = words.split()
    more = "".join(f' {key}="{value}"' for key, value in attributes.items())
    rows = zip(rest[::2], rest[1::2], strict=True)
    inside = "".join(f'<parameter name="{n}" value="{v}" scale="1" free="0"/>' for n, v in rows)
    return f'<{tag} type="{kind}"{more}>{inside}</{tag}>'


def source(*parts: str, name: str = "a", kind: str = "PointSource", more: str = "") -> str:
    """Source of these parts."""
    inside = "".join(parts or (POWER_LAW, POINT))
    return f'<source name="{name}" type="{kind}"{more}>{inside}</source>'


def library(*sources: str, attributes: str = ' title="x"') -> str:
    """Library of these sources."""
    return f"<source_library{attributes}>\n{''.join(sources or (source(),))}</source_library>"
