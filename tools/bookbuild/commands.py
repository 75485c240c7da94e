"""What the `refimpl` command says of itself, for the page of `refimpl.cli`."""

import os

WIDTH = "80"  # characters in a line of help


def help_text() -> str:
    """Return the help of the command and of its commands, as Markdown."""
    from refimpl.cli.parser import build_parser

    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = WIDTH  # argparse breaks its lines there
    try:
        parser = build_parser()
        parts = ["## All commands", fenced(parser.format_help())]
        for name, command in parser.commands.items():
            parts += [f"## `refimpl {name}`", fenced(command.format_help())]
    finally:
        os.environ.pop("COLUMNS")
        if before is not None:
            os.environ["COLUMNS"] = before
    return "\n\n".join(parts) + "\n"


def fenced(text: str) -> str:
    """Return text to be shown as it is."""
    return f"```text\n{text.rstrip()}\n```"
