"""The base class of errors that the user can fix, as opposed to bugs in the package."""


class UserError(ValueError):
    """Something given is not what is needed.

    The message is one line that says what was given, what is needed, and what to do about it.
    The command line prints it without a traceback; every module's own errors derive from it.
    """
