"""The table of contents with one more lesson, and nothing else changed in it."""

import re

from refimpl.errors import UserError

_ENTRY = re.compile(r"(\s*)- file: lessons/(\d\d)-")


def with_lesson(contents: str, stem: str) -> str:
    """Return `_toc.yml` with a lesson's page after the last one of a lower number.

    Lines are put in as text, since a YAML writer would take comments and order away.

    Args:
        contents: The file's text.
        stem: The lesson, such as "08-vocoders".

    Raises:
        UserError: The contents name no lesson.
    """
    lines = contents.splitlines(keepends=True)
    entries = [(index, found) for index, line in enumerate(lines) if (found := _ENTRY.match(line))]
    if not entries:
        raise UserError("_toc.yml names no lesson, such as '- file: lessons/01-…': add one by hand")
    before = [index for index, found in entries if int(found[2]) < int(stem[:2])]
    place = before[-1] + 1 if before else entries[0][0]
    lines.insert(place, f"{entries[0][1][1]}- file: lessons/{stem}\n")
    return "".join(lines)
