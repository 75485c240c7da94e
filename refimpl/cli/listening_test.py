"""Make a listening test, one page that needs no server; or analyse its answers.

Each folder holds the sounds of one system, with the same names in all of them. The page is blind,
equally loud, and in random order. Listeners send back one file each; --analyse reads them.

kinds of tests:
  mushra     rate all systems beside a reference, which is hidden among them too, with two
             anchors (ITU-R BS.1534); needs --reference
  ab         which of two do you prefer?
  questions  overall quality, and fit to the text beside the sound (NAME.txt), from 1 to 100
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from refimpl.cli.console import counted, next_step, remark, result
from refimpl.cli.numbers import duration, integer, seed, whole
from refimpl.cli.words import text

if TYPE_CHECKING:
    from refimpl.listening import Key

EXAMPLES = """\
examples:
  refimpl listening-test ours theirs --reference real --out site
  refimpl listening-test ours theirs --kind ab --out site --trials 12
  refimpl listening-test ours theirs --kind questions --out site
  refimpl listening-test --analyse results --key site.key.json --out analysis
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folders", nargs="*", metavar="FOLDER", help="the sounds of one system each"
    )
    parser.add_argument("--out", metavar="FOLDER", help="where the page, or the analysis, goes")
    parser.add_argument(
        "--kind",
        choices=("mushra", "ab", "questions"),
        help="default: mushra with --reference, else ab",
    )
    parser.add_argument("--reference", metavar="FOLDER", help="what the systems should sound like")
    _add_design(parser.add_argument_group("the sounds"))
    _add_words(parser.add_argument_group("the page"))
    group = parser.add_argument_group("the analysis")
    group.add_argument("--analyse", metavar="RESULTS", help="folder of the listeners' files")
    group.add_argument(
        "--key", metavar="FILE", help="of the test (default: the one beside RESULTS, or in it)"
    )
    group.add_argument(
        "--no-screening", action="store_true", help="keep who did not hear the hidden reference"
    )
    group.add_argument(
        "--screen-anchor",
        action="store_true",
        help="also leave out who rated the 7 kHz anchor above 90 in more than 15 %% of the trials",
    )


def _add_design(group) -> None:
    group.add_argument("--no-anchors", action="store_true", help="mushra without anchors")
    group.add_argument(
        "--training",
        type=integer(0, 100),
        default=1,
        metavar="N",
        help="items to get used to the page, which do not count (default: 1)",
    )
    group.add_argument("--trials", type=whole, metavar="N", help="per listener (default: all)")
    group.add_argument(
        "--seconds",
        type=duration,
        metavar="S",
        help="of each sound, from its beginning (default: 12 for mushra, else 30)",
    )
    group.add_argument(
        "--rate",
        type=integer(8000, 96000),
        default=44100,
        metavar="HZ",
        help="sample rate of the page's sounds (default: 44100)",
    )
    group.add_argument("--keep-loudness", action="store_true", help="do not match loudness")
    group.add_argument("--seed", type=seed, default=0, metavar="N", help="default: 0")


def _add_words(group) -> None:
    group.add_argument("--title", type=text, default="Listening test", help="of the page")
    group.add_argument("--instructions", metavar="FILE", help="text of your own for the first page")
    group.add_argument("--consent", metavar="FILE", help="text that a listener has to agree with")
    group.add_argument(
        "--question",
        type=text,
        action="append",
        metavar="TEXT",
        help="questions: ask this instead; may be given several times",
    )
    group.add_argument(
        "--ask",
        type=text,
        action="append",
        default=[],
        metavar="TEXT",
        help="about the listener, answered in words at the end; may be given several times",
    )
    group.add_argument("--contact", type=text, default="", help="where to send the answers")
    group.add_argument("--ties", action="store_true", help='ab: allow "no preference"')


def run(args: argparse.Namespace) -> None:
    from refimpl.errors import UserError

    if args.analyse and args.folders:
        raise UserError("--analyse takes no other folders; make the page and analyse in two calls")
    if args.analyse:
        _analyse(args)
    elif not args.folders:
        raise UserError("give a FOLDER of sounds for each system, or --analyse RESULTS")
    elif not args.out:
        raise UserError("give --out FOLDER, where the page goes")
    else:
        _make(args)


def _make(args: argparse.Namespace) -> None:
    from refimpl.listening import PageOptions, design_test, key_path, write_site
    from refimpl.listening.design import QUESTIONS

    options = PageOptions(
        title=args.title,
        instructions=_read(args.instructions),
        consent=_read(args.consent),
        ask=tuple(args.ask),
        contact=args.contact,
        ties=args.ties,
        trials=args.trials,
    )
    test = design_test(
        args.folders,
        args.kind or ("mushra" if args.reference else "ab"),
        reference=args.reference,
        questions=args.question or QUESTIONS,
        anchors=not args.no_anchors,
        n_training=args.training,
        seconds=args.seconds,
        sample_rate=args.rate,
        match_loudness=not args.keep_loudness,
    )
    page = write_site(test, args.out, options, seed=args.seed)
    for note in test.notes:
        remark(f"note: {note}")
    trials = sum(not trial.training for trial in test.trials)
    result(f"{page} ({counted(trials, 'trial')}, {counted(len(test.systems), 'system')})")
    result(f"{key_path(args.out)} (keep it: it names the sounds, and listeners must not see it)")
    next_step(
        f"put {args.out} on any web server or hand it out, collect the listeners' files in a "
        f"folder, and run refimpl listening-test --analyse FOLDER --key {key_path(args.out)}"
    )


def _analyse(args: argparse.Namespace) -> None:
    from refimpl.listening import analyse, read_key, read_results, text_of, write_analysis

    key = read_key(args.key) if args.key else _found_key(Path(args.analyse))
    results, left_out = read_results(args.analyse, key)
    for path, reason in left_out:
        remark(f"left out: {path}: {reason}")
    analysis = analyse(results, key, screening=not args.no_screening, anchor=args.screen_anchor)
    result(text_of(analysis))
    if args.out:
        for path in write_analysis(analysis, args.out):
            result(str(path))


def _found_key(folder: Path) -> Key:
    """The only key in the folder of results or beside it."""
    from refimpl.errors import UserError
    from refimpl.listening import read_key

    keys = [*folder.glob("*.key.json"), *folder.resolve().parent.glob("*.key.json")]
    if len(keys) != 1:
        raise UserError(f"{len(keys)} keys in {folder} and beside it; give one with --key FILE")
    return read_key(keys[0])


def _read(path: str | None) -> str:
    """The text of a file; none without a path."""
    from refimpl.errors import UserError

    if path is None:
        return ""
    try:
        return Path(path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise UserError(f"{path} is no text in UTF-8; save it as such") from None
