"""The instructor's secret: what hidden inputs are drawn from, in a file that they keep."""

import secrets
from pathlib import Path

from refimpl.errors import UserError

SHORTEST = 16  # characters
_WORDS = (
    "# The hidden inputs of `refimpl grade` are drawn from this line. Keep it, and keep it secret."
)


def read_secret(path: Path) -> tuple[str, bool]:
    """Return the secret in a file, and whether it was made now because there was none.

    Args:
        path: A text file; lines that start with # are left out.

    Raises:
        UserError: The file holds no secret.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(f"{_WORDS}\n{secrets.token_hex(32)}\n", encoding="utf-8")
        return read_secret(path)[0], True
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        raise UserError(f"{path} is no text: give another --seeds, or remove it") from None
    secret = "".join(line.strip() for line in lines if not line.startswith("#"))
    if len(secret) < SHORTEST:
        raise UserError(f"{path} holds no secret of {SHORTEST} characters: remove it for a new one")
    return secret, False
