"""The base class of errors that the user can fix, as opposed to bugs in the package."""

import difflib
from collections.abc import Iterable


class UserError(ValueError):
    """Something given is not what is needed.

    The message is one line that says what was given, what is needed, and what to do about it.
    The command line prints it without a traceback; every module's own errors derive from it.
    """


def suggest(given: object, known: Iterable[str]) -> str:
    """Return the end of an error's message about a name that is not known.

    Args:
        given: the name.
        known: all names that are.

    Returns:
        "did you mean course?" where a known name is close, else "there are course, report".
    """
    names, word = list(dict.fromkeys(known)), str(given)  # each name once
    near = difflib.get_close_matches(word, names, n=1)
    near += [name for name in names if word and (word in name or name in word)]  # such as "hop"
    if near:
        return f"did you mean {near[0]}?"
    if len(names) > 1:
        return f"there are {', '.join(names)}"
    return f"there is only {names[0]}" if names else "there is none"
