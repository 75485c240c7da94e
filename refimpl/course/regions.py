"""The marked regions of a solution: cut out of what the learner opens.

The markers are nbgrader's, so that an instructor who has it can use `solutions/` as it is:

    ### BEGIN SOLUTION            ### BEGIN HIDDEN TESTS
    ...                           ...
    ### END SOLUTION              ### END HIDDEN TESTS
"""

from refimpl.errors import UserError

PLACEHOLDER = ["# YOUR CODE HERE", "raise NotImplementedError"]


def open_source(source: str) -> str:
    """Return a cell's source as the learner gets it.

    Args:
        source: The cell with its solution.

    Returns:
        The source with each solution replaced by a placeholder at the same indentation, and with
        each hidden test left out.

    Raises:
        UserError: A region is not closed, or closed without being opened.
    """
    kept: list[str] = []
    inside = None
    for line in source.splitlines():
        marker = line.strip()
        if inside:
            if marker == f"### END {inside}":
                inside = None
            elif marker.startswith(("### BEGIN", "### END")):
                raise UserError(f"{marker!r} inside a region of {inside}: close that first")
        elif marker in ("### BEGIN SOLUTION", "### BEGIN HIDDEN TESTS"):
            inside = marker.removeprefix("### BEGIN ")
            if inside == "SOLUTION":
                indent = line[: len(line) - len(line.lstrip())]
                kept += [indent + word for word in PLACEHOLDER]
        elif marker.startswith(("### BEGIN", "### END")):
            raise UserError(f"{marker!r} opens or closes nothing: there are SOLUTION, HIDDEN TESTS")
        else:
            kept.append(line)
    if inside:
        raise UserError(f"'### BEGIN {inside}' is never closed")
    return "\n".join(kept)


def has_solution(source: str) -> bool:
    """Tell whether a cell holds a solution."""
    return any(line.strip() == "### BEGIN SOLUTION" for line in source.splitlines())


def solutions(source: str) -> list[str]:
    """Return the text of each solution in a cell, as it is written there.

    Raises:
        UserError: A region is not closed, or closed without being opened.
    """
    open_source(source)
    found: list[list[str]] = []
    inside = False
    for line in source.splitlines():
        marker = line.strip()
        if marker == "### BEGIN SOLUTION":
            inside = True
            found.append([])
        elif marker == "### END SOLUTION":
            inside = False
        elif inside:
            found[-1].append(line)
    return ["\n".join(lines) for lines in found]
