"""Usage: help, names that are nearly right, exit codes, and who says what where."""

import ast
import contextlib
import errno
import io
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from refimpl import __version__
from refimpl.cli import console, generate, main, presets
from refimpl.cli.parser import COMMANDS, build_parser


def test_importing_and_helping_does_not_wait_for_libraries():
    code = (
        "import sys, contextlib, io\n"
        "from refimpl.cli import main\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        "    assert main(['--help']) == main(['run', '--help']) == 0\n"
        "print(*{'torch', 'numpy', 'librosa', 'sklearn', 'matplotlib'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_python_m_refimpl_is_the_same_command():
    command = [sys.executable, "-m", "refimpl"]
    done = subprocess.run([*command, "--version"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, f"refimpl {__version__}\n")
    done = subprocess.run([*command, "genrate"], capture_output=True, text=True)
    assert done.returncode == 2 and "did you mean generate?" in done.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_examples(refimpl, command):
    done = refimpl(command, "--help")
    assert done.code == 0
    assert f"refimpl {command}" in done.out.partition("examples:")[2]


HELP_OF_ALL = """
import contextlib, io
from refimpl.cli import main
from refimpl.cli.parser import COMMANDS
with contextlib.redirect_stdout(io.StringIO()) as out:
    codes = {main([*filter(None, [command]), "--help"]) for command in ["", *COMMANDS]}
print(codes, out.getvalue().count("usage: refimpl") - len(COMMANDS))
"""


def test_help_needs_no_docstrings():
    done = subprocess.run(
        [sys.executable, "-OO", "-c", HELP_OF_ALL], capture_output=True, text=True, check=True
    )
    assert done.stdout == "{0} 1\n"


def test_no_script_takes_its_docstring_for_granted():
    root, granted = Path(__file__).parents[2], []
    for path in (*root.glob("refimpl/**/*.py"), *root.glob("tools/**/*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            owner = getattr(node, "value", None)
            if isinstance(node, ast.Attribute | ast.Subscript) and "__doc__" in (
                getattr(owner, "id", ""),
                getattr(owner, "attr", ""),
            ):
                granted.append(f"{path.relative_to(root)}:{node.lineno}")
    assert granted == []


@pytest.fixture(params=["ascii", "latin-1", "utf-8"])
def terminal(request):
    """Run a command on a terminal, or a pipe, of some encoding; return what came there."""

    def call(*words):
        out, err = (io.TextIOWrapper(io.BytesIO(), request.param) for _ in range(2))
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(words)
        for stream in (out, err):
            stream.flush()
        return code, out.buffer.getvalue() + err.buffer.getvalue()

    return call


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_help_is_shown_in_every_encoding(terminal, command):
    code, text = terminal(*filter(None, [command]), "--help")
    assert code == 0 and b"usage: refimpl" in text


ODD = "zo\u00eb \u2026 \u2713 \u540d \udcff \ud800 \x1b"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_error_is_shown_in_every_encoding(terminal, command):
    code, text = terminal(command, f"--{ODD}")
    assert code == 2 and text.count(b"refimpl: error: there is no option --zo") == 1


def test_remarks_results_and_faults_are_shown_in_every_encoding(terminal, monkeypatch):
    def run(args):
        console.remark(ODD)
        console.result(ODD)
        raise RuntimeError(ODD)

    monkeypatch.setattr(presets, "run", run)
    code, text = terminal("presets")
    assert code == 1 and text.count(b" \xff ") == 3  # a byte of a path stays that byte


def test_a_terminal_that_knows_ascii_alone():
    environment = os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": ""}
    code = "from refimpl.cli.words import text; import sys; print(ascii(text(sys.argv[1])))"
    command = [sys.executable, "-c", code, "Zo\u00eb"]
    done = subprocess.run(command, capture_output=True, env=environment, check=True)
    assert done.stdout.strip() == rb"'Zo\xeb'"
    done = subprocess.run(
        [sys.executable, "-m", "refimpl", "grade", "--help"], capture_output=True, env=environment
    )
    assert done.returncode == 0 and b"(?P<student>...)" in done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_examples_parse(command, monkeypatch):
    # An example that no longer works is worse than none.
    examples = build_parser().commands[command].epilog
    for line in examples.splitlines():
        if not line.strip().startswith("refimpl "):
            continue
        for part in line.split("|"):
            text = part.split("   ")[0].split(">")[0]
            words = shlex.split(text) if '"' in text else text.split()
            if words[0] == "refimpl":
                build_parser().parse_args(words[1:])


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_explained(command):
    for action in build_parser().commands[command]._actions:
        assert action.help, f"{command}: {action.option_strings or action.dest}"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["genrate"], "did you mean generate?"),
        (["zzzzzz"], "there are corpus, decode"),
        (["generate", "--tempreature", "1"], "did you mean --temperature?"),
        (["generate", "--tempreature=1"], "did you mean --temperature?"),
        (["run", "tinytunes", "--ot", "x"], "did you mean --out?"),
        (["--versoin"], "did you mean --version?"),
        (["presets", "course", "report"], "'report' is one argument too many"),
        (["generate", "--count", "many"], "--count"),
        (["run", "tinytunes"], "required: --out"),
        (["presets", "coarse"], "did you mean course?"),
    ],
)
def test_wrong_words_are_answered_with_the_right_ones(refimpl, words, said):
    done = refimpl(*words)
    assert done.code == 2
    assert said in done.error
    assert done.out == ""


def test_no_command_shows_the_help(refimpl):
    done = refimpl()
    assert done.code == 2 and "generate" in done.err and done.out == ""


def failing(error):
    def run(args):
        raise error

    return run


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (FileNotFoundError(errno.ENOENT, "No such file", "a.wav"), 2, "a.wav"),
        (PermissionError(errno.EACCES, "Permission denied", "b.wav"), 2, "may read and write"),
        (OSError(errno.ENOSPC, "No space left on device", "c.wav"), 1, "free some space"),
        (MemoryError(), 1, "out of memory"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (ZeroDivisionError("division by zero"), 1, "--debug"),
    ],
)
def test_what_goes_wrong_is_one_line_and_a_code(refimpl, monkeypatch, error, code, said):
    monkeypatch.setattr(presets, "run", failing(error))
    done = refimpl("presets")
    assert done.code == code
    assert said in done.error


def test_debug_shows_where_it_went_wrong(refimpl, monkeypatch):
    monkeypatch.setattr(presets, "run", failing(ZeroDivisionError("division by zero")))
    for words in (["--debug", "presets"], ["presets", "--debug"]):
        done = refimpl(*words)
        assert "Traceback" in done.err and "in run" in done.err


def test_a_closed_pipe_is_no_drama():
    command = f"{sys.executable} -m refimpl presets course | head -n 1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True)
    assert done.stdout == 'preset = "course"\n'
    assert "error" not in done.stderr.lower()


def test_results_and_remarks_go_separate_ways(refimpl, trained):
    words = ["encode", trained / "tune.wav", "--model", trained]
    assert refimpl("generate", "--model", trained, "--out", "tune.wav", "--no-picture").code == 0
    words[1] = "tune.wav"
    loud, quiet = refimpl(*words), refimpl(*words, "--quiet")
    assert loud.out == quiet.out and loud.out.startswith("[")
    assert "bits per second" in loud.err and quiet.err == ""


def test_presets_are_listed_and_printed(refimpl):
    assert {line.partition(":")[0] for line in refimpl("presets").out.splitlines()} == {
        "course",
        "report",
        "neural",
        "notes",
    }
    assert "hop_length = 32\n" in refimpl("presets", "report").out


def test_disk_full_while_writing_is_said_as_such(refimpl, trained, monkeypatch):
    error = OSError(errno.ENOSPC, "No space left on device", "tune.wav")
    monkeypatch.setattr(generate, "write_files", lambda *a, **k: (_ for _ in ()).throw(error))
    done = refimpl("generate", "--model", trained, "--seconds", "0.5")
    assert done.code == 1 and "tune.wav: No space left on device" in done.error
