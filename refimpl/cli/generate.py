"""Generate music with a model: from nothing, as the continuation of a clip, or as a text asks.

Without --model, the model in the package is used; with --text or --melody, the one that reads
texts and melodies. A run with captions (`refimpl run --captions`) reads texts too.

A picture of the spectrogram goes beside each sound; with a prompt it shows the original clip, the
same clip through the codec, and the continuation.

The model `diffusion` writes four bars at once. It can be asked for a key, the melody of a sound, or
what belongs into a gap of a clip.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from refimpl.cli.asking import asks_for_something, follow_text, write_asked
from refimpl.cli.console import check_free, check_sounds, next_step, remark, result
from refimpl.cli.generate_diffusion import (
    ONLY_DIFFUSION,
    find_diffusion,
    refuse,
    write_diffusion,
)
from refimpl.cli.numbers import (
    HOUR,
    duration,
    integer,
    moment,
    number,
    probability,
    seed,
    temperature,
    whole,
)

EXAMPLES = """\
examples:
  refimpl generate --out tune.wav
  refimpl generate --out tune.mp3 --count 4 --seed 7       tune-1.mp3 ... tune-4.mp3
  refimpl generate --prompt clip.wav --prompt-seconds 4 --out on.wav
  refimpl generate --text "a calm tune in G major on a flute, with drums, slow" --out tune.wav
  refimpl generate --text "a fast tune on a violin" --melody hum.wav --guidance 3 --out mine.wav
  refimpl generate --model runs/mine --text "rain on a roof" --out rain.wav   a captioned run
  refimpl generate --model runs/mine --seconds 20 --temperature 0.9 --out mine.flac
  refimpl generate --model diffusion --key G --melody hum.wav --out played.wav
  refimpl generate --model diffusion --prompt clip.wav --fill 2 4 --out filled.wav
"""
DEFAULT_MODEL = "course"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out",
        default="tune.wav",
        metavar="FILE",
        help="sound file, .wav, .flac, .ogg or .mp3 (default: tune.wav)",
    )
    parser.add_argument(
        "--model",
        metavar="RUN_OR_NAME",
        help=f"folder of a run, or course, report, neural or diffusion (default: {DEFAULT_MODEL}; "
        "with --text or --melody, the one that reads them)",
    )
    parser.add_argument(
        "--seconds",
        type=duration,
        metavar="S",
        help="the most seconds to write (default: the length of the training clips)",
    )
    parser.add_argument(
        "--min-seconds",
        type=number(0, HOUR),
        metavar="S",
        help="the earliest end of a piece (default: 1; for a model of recordings, --seconds)",
    )
    parser.add_argument(
        "--count", type=whole, default=1, metavar="N", help="number of pieces (default: 1)"
    )
    parser.add_argument("--force", action="store_true", help="replace files that are there")
    parser.add_argument("--no-picture", action="store_true", help="no PNG of the spectrogram")
    prompt = parser.add_argument_group("continuing a clip")
    prompt.add_argument("--prompt", metavar="FILE", help="the clip, at any rate and of any length")
    prompt.add_argument(
        "--prompt-seconds",
        type=duration,
        default=4.0,
        metavar="S",
        help="seconds of the clip that the model gets (default: 4)",
    )
    prompt.add_argument(
        "--prompt-offset",
        type=moment,
        default=0.0,
        metavar="S",
        help="start in the clip, in seconds (default: 0)",
    )
    asking = parser.add_argument_group("asking for something")
    asking.add_argument(
        "--text", metavar="WORDS", help="what to write, in words; --model diffusion follows the key"
    )
    asking.add_argument(
        "--melody", metavar="FILE", help="a sound, such as a hum, whose melody the model plays"
    )
    asking.add_argument(
        "--guidance",
        type=number(0, 100),
        metavar="W",
        help="how strongly it keeps to what is asked; 1: as it was trained (default: 3, and 2 with "
        "--model diffusion)",
    )
    asking.add_argument("--negative", metavar="WORDS", help="what is not wanted, beside --text")
    asked = parser.add_argument_group("asking for something (model diffusion)")
    asked.add_argument("--key", metavar="KEY", help="a major key, such as C, Eb or F#")
    asked.add_argument(
        "--fill",
        type=moment,
        nargs=2,
        metavar=("FROM", "TO"),
        help="the gap in the clip of --prompt that the model fills, in seconds",
    )
    asked.add_argument(
        "--steps", type=integer(1, 1000), metavar="N", help="of the sampler (default: 16)"
    )
    sampling = parser.add_argument_group("sampling (default: the model's preset)")
    sampling.add_argument(
        "--temperature",
        type=temperature,
        metavar="T",
        help="0 always takes the likeliest token, 1 samples from the learnt distribution",
    )
    sampling.add_argument(
        "--top-k", type=integer(0), metavar="K", help="only the K likeliest; 0: all"
    )
    sampling.add_argument(
        "--top-p", type=probability, metavar="P", help="only the likeliest that reach probability P"
    )
    sampling.add_argument(
        "--no-hold-limit",
        action="store_true",
        help="allow a sound to be held longer than in any training clip",
    )
    sampling.add_argument("--seed", type=seed, default=0, metavar="N", help="default: 0")


def run(args: argparse.Namespace) -> None:
    paths = numbered(Path(args.out), args.count)
    pictures = [] if args.no_picture else [path.with_suffix(".png") for path in paths]
    check_sounds(paths)
    check_free([*paths, *pictures], args.force)
    if args.model and (folder := find_diffusion(args.model)) is not None:
        write_diffusion(args, folder, paths)
        return
    refuse(args, ONLY_DIFFUSION, "this model has no such option; --model diffusion has")
    if asks_for_something(args):
        write_asked(args, paths)
        return

    from refimpl.generation import within_range, write_music
    from refimpl.pipeline import load_generator, read_facts

    name = args.model or DEFAULT_MODEL
    model, tokenizer = load_generator(name) if args.text is None else follow_text(args, name)
    facts = read_facts(name)
    seconds = args.seconds or default_seconds(facts, model, tokenizer)
    clip = None if args.prompt is None else load_prompt(args, tokenizer, facts, seconds)
    pieces = write_music(
        model,
        tokenizer,
        seconds=seconds,
        min_seconds=_min_seconds(args, facts, seconds),
        batch_size=args.count,
        continue_from=clip,
        prompt_seconds=None if clip is None else args.prompt_seconds,
        seed=args.seed,
        progress=None,
        longest_hold=None if args.no_hold_limit else facts.get("longest_hold"),
        **sampling_options(args, facts),
    )
    beside = {}
    if clip is not None:
        resynthesised = within_range(tokenizer.decode(tokenizer.encode(clip)))
        beside = {"original": clip, "original through the codec": resynthesised}
    write_files(
        paths,
        [piece.audio for piece in pieces],
        tokenizer.sample_rate,
        label=args.text or "generated"
        if clip is None
        else f"continuation, from {args.prompt_seconds:g} s on",
        beside=beside,
        picture=not args.no_picture,
    )
    if clip is None:
        next_step(
            "--seed 1 writes another; --prompt FILE continues a clip of yours; --text WORDS asks "
            "for a tune"
        )
    else:
        next_step("--seed 1 continues differently, --temperature 0.9 more carefully")


def numbered(path: Path, count: int) -> list[Path]:
    """Return the paths of the outputs: a single one keeps its name, several are numbered from 1."""
    if count == 1:
        return [path]
    width = len(str(count))
    return [path.with_stem(f"{path.stem}-{i:0{width}d}") for i in range(1, count + 1)]


def default_seconds(facts: dict, model, tokenizer) -> float:
    """Return the length of the training clips, or else of the context."""
    return facts.get("clip_seconds") or model.config.context_length / tokenizer.tokens_per_second


def sampling_options(args: argparse.Namespace, facts: dict) -> dict:
    """Return temperature, top_k and top_p: from the command line, or else from the preset."""
    options = {"temperature": 1.0, "top_k": 50, "top_p": None}
    options |= facts.get("settings", {}).get("sampling", {})
    given = {"temperature": args.temperature, "top_k": args.top_k, "top_p": args.top_p}
    options |= {name: value for name, value in given.items() if value is not None}
    return options | {"top_k": options["top_k"] or None}


def _min_seconds(args: argparse.Namespace, facts: dict, seconds: float) -> float:
    if args.min_seconds is not None:
        return args.min_seconds
    # A tune ends where it ends. Clips of recordings end where they were cut, and what the model
    # has learnt of that is no reason to stop.
    recordings = facts.get("source", {}).get("kind") == "recordings"
    return seconds if recordings else min(1.0, seconds)


def load_prompt(args: argparse.Namespace, tokenizer, facts: dict, seconds: float):
    """Return the clip and its real continuation, at the level of the training clips."""
    from refimpl.audio import load_audio, standardise
    from refimpl.codecs import warning_of_distance

    clip = load_audio(
        args.prompt,
        tokenizer.sample_rate,
        offset=args.prompt_offset,
        duration=args.prompt_seconds + seconds,
    )
    peak = facts.get("peak")
    clip = standardise(clip, tokenizer.sample_rate, level=peak) if peak else clip
    prompt = clip[: round(args.prompt_seconds * tokenizer.sample_rate)]
    if (warning := warning_of_distance(tokenizer.codec, prompt)) is not None:
        remark(warning)
    return clip


def write_files(
    paths: list[Path],
    sounds: list,
    sample_rate: int,
    *,
    label: str = "generated",
    beside: dict | None = None,
    picture: bool = True,
) -> None:
    """Write sounds and their pictures, and print their paths."""
    from refimpl.audio import save_audio
    from refimpl.generation import save_generation

    for path, audio in zip(paths, sounds, strict=True):
        if picture:
            files = save_generation(path, audio, sample_rate, label=label, beside=beside)
        else:
            files = (save_audio(path, audio, sample_rate),)
        result(f"{' '.join(map(str, files))} ({len(audio) / sample_rate:.2f} s)")
