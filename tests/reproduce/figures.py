"""Figures as the pages of results write them."""


def short(value: float, digits: int = 2) -> str:
    """A number with so many digits after the point, and no zero before it: .34, 2.10, 1,126."""
    return f"{value:,.{digits}f}".removeprefix("0")
