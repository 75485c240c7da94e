"""The instructor's secret: what hidden inputs are drawn from, in a file that they keep."""

import secrets
from pathlib import Path

from refimpl.errors import UserError
from refimpl.files import make_folder

SHORTEST = 16  # characters
_WORDS = (
    "# The hidden inputs of `refimpl grade` are drawn from this line. Keep it, and keep it secret."
)


def read_secret(path: Path) -> tuple[str, bool]:
    """Return the secret in a file, and whether it is a new one because there is no such file.

    Nothing is written: `keep_secret` does that, once it is known that there is something to grade.

    Args:
        path: A text file; lines that start with # are left out.

    Raises:
        UserError: The file holds no secret.
    """
    if path.is_dir():
        raise UserError(f"{path} is a folder: give --seeds a file, which may be new")
    if not path.exists():
        return secrets.token_hex(32), True
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        raise UserError(f"{path} is no text: give another --seeds, or remove it") from None
    secret = "".join(line.strip() for line in lines if not line.startswith("#"))
    if len(secret) < SHORTEST:
        raise UserError(f"{path} holds no secret of {SHORTEST} characters: remove it for a new one")
    return secret, False


def keep_secret(path: Path, secret: str) -> None:
    """Write a secret down, for its owner alone to read.

    Args:
        path: A file that is not there yet.
        secret: From `read_secret`.

    Raises:
        UserError: Somebody has made the file meanwhile.
    """
    make_folder(path.parent)
    try:
        path.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        raise UserError(f"{path} was made just now by another run: wait for that one") from None
    path.write_text(f"{_WORDS}\n{secret}\n", encoding="utf-8")
