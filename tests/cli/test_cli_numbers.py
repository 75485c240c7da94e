"""Numbers on the command line: each option of each command refuses what no machine could do."""

import argparse

import pytest

from refimpl.cli import numbers
from refimpl.cli.parser import COMMANDS, build_parser

PARSER = build_parser()
OPTIONS = [
    pytest.param(command, action, id=f"{name}{action.option_strings[0]}")
    for name, command in PARSER.commands.items()
    for action in command._actions
    if action.option_strings and getattr(action.type, "__module__", "") == numbers.__name__
]
NO_NUMBERS = ["nan", "inf", "-inf", "1e999", "-1e12", "1e300", "9" * 400, "", "x", "1,5", "0x1f"]


def test_there_are_options_to_try():
    assert len(COMMANDS) > 10 and len(OPTIONS) > 20


def test_no_number_is_read_without_bounds():
    bare = [
        f"{name} {action.option_strings}"
        for name, command in PARSER.commands.items()
        for action in command._actions
        if action.type in (int, float)
    ]
    assert bare == []


@pytest.mark.parametrize(("command", "action"), OPTIONS)
def test_an_option_takes_no_number_out_of_all_bounds(command, action):
    for word in NO_NUMBERS:
        with pytest.raises(argparse.ArgumentTypeError, match="is not") as refused:
            action.type(word)
        assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["generate", "--out", "a.wav", "--seconds", "inf"], "'inf' is not a number above 0"),
        (["generate", "--out", "a.wav", "--seconds", "1e12"], "up to 3,600"),
        (["generate", "--out", "a.wav", "--seconds", "0"], "'0' is not a number above 0"),
        (["generate", "--out", "a.wav", "--temperature", "-1"], "from 0"),
        (["evaluate", "a.wav", "--seconds", "0"], "above 0"),
        (["corpus", "--out", "x", "--level", "4"], "from 1 to 3"),
    ],
)
def test_a_wrong_number_is_told_before_any_work(words, told, capsys):
    with pytest.raises(SystemExit) as ended:
        PARSER.parse_args(words)
    assert ended.value.code == 2
    assert told in capsys.readouterr().err
