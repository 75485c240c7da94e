"""The files that listeners send back, and the key that says what they heard; both are checked.

A listener's file comes from a stranger. Whatever it claims is compared with the key: it may only
hold answers to trials of this test, about the sounds of each trial, within the scale.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from refimpl.audio.errors import shown
from refimpl.listening.errors import ListeningError
from refimpl.reading import read_json

MAX_RESULT = 4 * 2**20  # bytes: an honest file has some thousands
TIE = "none"
_Name = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8,16}$")]
_Code = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{4,16}$")]
_Rating = Annotated[int, Field(ge=0, le=100)]
_Words = Annotated[str, StringConstraints(max_length=2000)]


class _Checked(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class KeyTrial(_Checked):
    """What a trial compares: the item, the system of each sound, and anchors that nobody hears."""

    item: str
    training: bool
    sounds: dict[_Name, str]
    questions: int = 0
    faint: list[str] = []


class Key(_Checked):
    """The meaning of the names on a page; `write_site` writes it beside the page.

    Attributes:
        test: the page's identity; a result of another page does not fit.
        kind: "mushra", "ab" or "questions".
        systems: the compared systems, without reference and anchors.
        questions: what was asked of each sound.
        ties: whether "no preference" was a choice.
        trials: by name.
    """

    format: Literal["refimpl listening test key"]
    version: Literal[1]
    test: str
    kind: Literal["mushra", "ab", "questions"]
    systems: list[str] = Field(min_length=1)
    questions: list[str]
    ties: bool
    trials: dict[_Name, KeyTrial]


class _Answer(_Checked):
    trial: _Name
    order: list[_Name] = Field(max_length=32)
    seconds: float = Field(ge=0, le=1e7, allow_inf_nan=False)
    plays: dict[_Name, Annotated[int, Field(ge=0, le=10**6)]]
    ratings: dict[_Name, _Rating | Annotated[list[_Rating], Field(max_length=32)]] | None = None
    choice: _Name | Literal["none"] | None = None


class _About(_Checked):
    question: _Words
    answer: _Words


class _Result(_Checked):
    format: Literal["refimpl listening test"]
    version: Literal[1]
    test: str
    listener: _Code
    plan: Annotated[int, Field(ge=0, le=10**6)]
    started: Annotated[str, StringConstraints(max_length=40)]
    finished: Annotated[str, StringConstraints(max_length=40)] | None
    complete: bool
    answers: list[_Answer] = Field(max_length=10_000)
    about: list[_About] = Field(max_length=100)
    comment: _Words


@dataclass(frozen=True)
class Answer:
    """One listener's answer to one trial.

    Attributes:
        trial: its name in the key.
        item: what the sounds were called in their folders.
        seconds: that the listener took.
        ratings: for each system one number for each question, 0 to 100; empty for A/B.
        preferred: for A/B, the preferred system, or None for no preference.
        pair: for A/B, the two systems.
        faint: anchors of the trial that cannot be told from the reference.
    """

    trial: str
    item: str
    seconds: float
    ratings: dict[str, tuple[int, ...]]
    preferred: str | None = None
    pair: tuple[str, ...] = ()
    faint: tuple[str, ...] = ()


@dataclass(frozen=True)
class Result:
    """The answers of one listener, without the training.

    Attributes:
        listener: the code.
        complete: whether no trial is open.
        answers: in the order in which they were given.
        about: what the listener said in words, by question.
        comment: the same of the whole test.
    """

    listener: str
    complete: bool
    answers: tuple[Answer, ...]
    about: dict[str, str]
    comment: str


def read_key(path: str | Path) -> Key:
    """Read what the names on a page mean.

    Raises:
        ListeningError: no such file, a damaged one, or another kind of file.
    """
    path = Path(path)
    key = _read(path, Key, "the key of a listening test")
    known = {*key.systems, "reference"} if key.kind == "mushra" else set(key.systems)
    for trial in key.trials.values():
        if not all(name in known or name.startswith("anchor ") for name in trial.sounds.values()):
            raise ListeningError(f"{shown(path)}: damaged (a sound of a system that is not listed)")
    return key


def read_result(path: str | Path, key: Key) -> Result:
    """Read the file of one listener.

    Args:
        path: of the file.
        key: of the test that it should belong to.
    Raises:
        ListeningError: no such file, a damaged one, one of another test, or answers that the
            page cannot give.
    """
    path = Path(path)
    if path.is_file() and path.stat().st_size > MAX_RESULT:
        raise ListeningError(f"{shown(path)}: too large for a listener's answers; leave it out")
    found = _read(path, _Result, "a listener's answers")
    if found.test != key.test:
        raise ListeningError(
            f"{shown(path)}: answers of another test ({found.test[:20]!r}, not {key.test!r}); "
            "give the key of that one"
        )
    seen: set[str] = set()
    answers = []
    for one in found.answers:
        trial = key.trials.get(one.trial)
        problem = _problem(one, trial, key) if trial else "a trial that the test does not have"
        if one.trial in seen:
            problem = "a trial that is answered twice"
        if problem:
            raise ListeningError(f"{shown(path)}: damaged or changed by hand ({problem})")
        seen.add(one.trial)
        if not trial.training:
            answers.append(_answer(one, trial, key))
    about = {one.question: one.answer for one in found.about}
    return Result(found.listener, found.complete, tuple(answers), about, found.comment)


def read_results(folder: str | Path, key: Key) -> tuple[list[Result], list[tuple[Path, str]]]:
    """Read all JSON files below a folder.

    Of a listener who sent two files, the one with more answers counts.

    Returns:
        The listeners' results by code, and (path, reason) of the files left out.
    Raises:
        ListeningError: none of them can be used.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise ListeningError(f"{shown(folder)}: no such folder; give the one with listeners' files")
    by_listener: dict[str, tuple[Result, Path]] = {}
    left_out: list[tuple[Path, str]] = []
    for path in sorted(folder.rglob("*.json")):
        if path.name.endswith(".key.json"):
            continue
        try:
            result = read_result(path, key)
        except ListeningError as error:
            left_out.append((path, str(error).removeprefix(f"{shown(path)}: ")))
            continue
        other = by_listener.get(result.listener)
        if other and len(other[0].answers) >= len(result.answers):
            left_out.append((path, f"{result.listener} sent another file with as many answers"))
            continue
        if other:
            left_out.append((other[1], f"{result.listener} sent another file with more answers"))
        by_listener[result.listener] = (result, path)
    usable = [by_listener[code][0] for code in sorted(by_listener)]
    if not any(result.answers for result in usable):
        but = f"; the last: {shown(left_out[-1][0])}: {left_out[-1][1]}" if left_out else ""
        raise ListeningError(f"{shown(folder)}: no listener's answers to this test{but}")
    return usable, left_out


def _read(path: Path, model: type[BaseModel], what: str):
    """Read JSON of one shape; the first thing that does not fit is the message."""
    try:
        content = read_json(path, ListeningError, what)
        return model.model_validate(content)
    except FileNotFoundError:
        raise ListeningError(f"{shown(path)}: no such file; give {what}") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part)[:20] for part in first["loc"]) or "the file"
        raise ListeningError(
            f"{shown(path)}: damaged, or not {what} ({place}: {first['msg'][:100]})"
        ) from None
    except UnicodeError:  # half a surrogate pair, which JSON can spell
        raise ListeningError(f"{shown(path)}: damaged, or not {what} (no valid text)") from None


def _problem(one: _Answer, trial: KeyTrial, key: Key) -> str | None:
    """Say what an answer has that the page cannot give, or None."""
    sounds = set(trial.sounds)
    if set(one.order) != sounds or len(one.order) != len(sounds):
        return "an order of other sounds"
    if key.kind == "ab":
        allowed = sounds | ({TIE} if key.ties else set())
        fits = one.choice in allowed and one.ratings is None
        return None if fits else "a choice that there was not"
    if one.choice is not None or one.ratings is None or set(one.ratings) != sounds:
        return "ratings of other sounds"
    for rating in one.ratings.values():
        n = len(rating) if isinstance(rating, list) else 0
        if n != trial.questions:
            return f"{n} ratings of a sound, {trial.questions} needed"
    return None


def _answer(one: _Answer, trial: KeyTrial, key: Key) -> Answer:
    if key.kind == "ab":
        preferred = trial.sounds.get(one.choice)
        pair = tuple(trial.sounds[sound] for sound in one.order)
        return Answer(one.trial, trial.item, one.seconds, {}, preferred, pair)
    ratings = {
        trial.sounds[sound]: tuple(rating) if isinstance(rating, list) else (rating,)
        for sound, rating in one.ratings.items()
    }
    return Answer(one.trial, trial.item, one.seconds, ratings, faint=tuple(trial.faint))
