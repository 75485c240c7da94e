"""What systems put beside the files of an export: Gradescope's index, Blackboard's receipts."""

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from refimpl.course.grading.cleaning import clean_name
from refimpl.course.grading.naming import GRADESCOPE_INDEX, Whose, blackboard_parts
from refimpl.course.grading.unpacking import Found
from refimpl.errors import UserError

MAX_RECEIPT = 4096  # bytes that are read of one
# "Name: Ada Lovelace (ada)", the first line, whatever the language calls a name.
_FIRST_LINE = re.compile(r"\s*[^:\n]{1,40}: (?P<name>[^\n]*) \((?P<user>[^()\n]+)\)\s*?(\n|$)")


def read_index(found: Iterable[Found]) -> dict[str, list[Whose]]:
    """Return who has handed in each folder of a Gradescope export.

    Args:
        found: All files; the index is at the top.

    Returns:
        By the name of a folder, those who have handed it in: several where it was a group.

    Raises:
        UserError: The index cannot be read.
    """
    path = next((one.path for one in found if one.name == GRADESCOPE_INDEX and one.path), None)
    if path is None:
        return {}
    index = _read_yaml(path)
    if not isinstance(index, dict):
        raise UserError(f"{GRADESCOPE_INDEX} of the export holds no submissions: export it again")
    return {
        str(folder): [_submitter(one, entry) for one in entry[":submitters"] if _is_person(one)]
        for folder, entry in index.items()
        if isinstance(entry, dict) and isinstance(entry.get(":submitters"), list)
    }


def read_receipts(found: Iterable[Found]) -> dict[str, tuple[str, str]]:
    """Return whom the files of a Blackboard export belong to.

    A file's name holds the assignment and the user, and both may hold any sign. A receipt tells
    the user; where there is none, the part behind the last "_" does, unless two would be one.

    Args:
        found: All files; receipts are at the top.

    Returns:
        By the part before the time in a file's name: the user, and the person's name.
    """
    told: dict[str, tuple[str, str]] = {}
    for file in found:
        if not (parts := blackboard_parts(file.name)):
            continue
        before, is_receipt = parts
        told.setdefault(before, (before.rpartition("_")[2], ""))
        if is_receipt and file.path and (receipt := _read_receipt(file.path, before)):
            told[before] = receipt
    users = defaultdict(list)
    for before, (user, _) in told.items():
        users[user].append(before)
    for same in users.values():
        if len(same) > 1:
            told.update((before, (before, told[before][1])) for before in same)
    return {before: (user, name or user) for before, (user, name) in told.items()}


def _read_yaml(path: Path) -> Any:
    import yaml

    # Written in C it reads ten times as fast; both build plain values and nothing else.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.load(path.read_bytes(), Loader=loader)
    except (yaml.YAMLError, OSError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())[:200]
        raise UserError(f"{GRADESCOPE_INDEX} of the export cannot be read: {reason}") from None


def _is_person(submitter: Any) -> bool:
    return isinstance(submitter, dict) and any(
        submitter.get(key) for key in (":name", ":sid", ":email")
    )


def _submitter(submitter: dict[str, Any], entry: dict[str, Any]) -> Whose:
    name = clean_name(str(submitter.get(":name") or ""))
    ids = [clean_name(str(submitter[key])) for key in (":sid", ":email") if submitter.get(key)]
    student = "_".join(filter(None, (name, *ids[:1])))
    when = _time(entry.get(":created_at"))
    return Whose(student, name or student, when=when, ids=tuple(ids))


def _time(value: Any) -> datetime | None:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.replace(" Z", "+00:00"))
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _read_receipt(path: Path, before: str) -> tuple[str, str] | None:
    """The user and the name in a receipt, if it belongs to the files beside it."""
    try:
        with path.open("rb") as file:
            text = file.read(MAX_RECEIPT).decode("utf-8-sig", "replace")
    except OSError:
        return None
    match = _FIRST_LINE.match(text)
    if not match or not before.endswith(f"_{match['user']}"):
        return None
    return clean_name(match["user"]), clean_name(match["name"].strip())
