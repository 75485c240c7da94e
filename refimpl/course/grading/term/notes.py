"""What a person should look at in the course as a whole: unknown names, missing work, requests."""

from collections.abc import Mapping

from refimpl.course.grading.term.people import LEFT
from refimpl.course.grading.term.reckoning import Known
from refimpl.course.grading.term.standing import NOT_HANDED_IN, Standing


def course_notes(known: Known, standings: Mapping[int, list[Standing]]) -> list[str]:
    """Return what a person should look at, a line each.

    Args:
        known: Everything that decides how students stand.
        standings: From `reckon`.
    """
    notes = [
        f"{person.id} is not on the roster"
        + (f": perhaps {near.name} ({near.id}), who has handed in nothing" if near else "")
        for person, near in known.people.unknown()
    ]
    notes += [
        f"{person.id} has handed in as {' and as '.join(sorted(labels))}"
        for person, labels in known.people.joined()
        if len({_without_number(label) for label in labels}) > 1
    ]
    for lesson, some in standings.items():
        missing = [
            one.person.id for one in some if one.status == NOT_HANDED_IN and known.people.roster
        ]
        missing = (
            [who for who in missing if known.people.roster[who].status != LEFT] if missing else []
        )
        if missing:
            notes.append(f"lesson {lesson}: nothing from {len(missing)}: {', '.join(missing)}")
        unclear = [one.person.id for one in some if one.days_late is None]
        if unclear:
            notes.append(
                f"lesson {lesson}: the export does not tell when {len(unclear)} handed in, so none "
                f"is taken for late (give --times): {', '.join(unclear)}"
            )
    for key, some in known.requests.items():
        notes += [
            f"request of {key}, {one.exercise or f'lesson {one.lesson}'}: {one.text}"
            for one, answered in some
            if not answered
        ]
    return notes


def _without_number(label: str) -> str:
    return label.rstrip("0123456789").rstrip("_")
