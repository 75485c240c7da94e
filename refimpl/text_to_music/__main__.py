"""Make the text-to-music model that comes with the package: tunes, codec, tokens, model.

    python -m refimpl.text_to_music --work runs/text --out refimpl/checkpoints/text

Each stage keeps what it made in the work folder, and a stopped command continues from there.

Taught in lesson 9.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path

import torch

from refimpl.codecs import NeuralCodec
from refimpl.text_to_music.codec import CODEC
from refimpl.text_to_music.corpus import keep_codes
from refimpl.text_to_music.fitting import (
    BATCH_SIZE,
    LEARNING_RATE,
    N_TUNES,
    STEPS,
    fit_text_to_music,
    new_model,
)
from refimpl.text_to_music.frames import PIECE, keep_frames, read_frames
from refimpl.text_to_music.model import TextToMusic
from refimpl.text_to_music.saved import save_composer
from refimpl.tokenizer import AudioTokenizer
from refimpl.training import TrainingConfig

LAYOUT, VOCABULARY = "delay", "report"  # the smaller vocabulary


def main() -> None:
    """Make what is missing, and save the model."""
    parser = argparse.ArgumentParser(description="Train a model that writes what a text asks for.")
    parser.add_argument("--work", required=True, type=Path, help="the folder of the stages")
    parser.add_argument("--out", required=True, type=Path, help="the folder of the model")
    parser.add_argument("--tunes", type=int, default=N_TUNES, help="training tunes of all levels")
    parser.add_argument("--codec-tunes", type=int, default=CODEC.n_clips, help="for the codec")
    parser.add_argument("--codec-steps", type=int, default=CODEC.steps, help="of its training")
    parser.add_argument("--steps", type=int, default=STEPS, help="of the model's training")
    parser.add_argument("--seed", type=int, default=0, help="of weights, batches and captions")
    parser.add_argument("--processes", type=int, default=1, help="that render and encode")
    options = parser.parse_args()
    torch.set_num_threads(1)
    tokenizer, tunes = make_tokens(options)
    model = new_model(tokenizer.layout, tokenizer.codec.step_rate, seed=options.seed)
    config = TrainingConfig(
        steps=options.steps,
        learning_rate=LEARNING_RATE,
        warmup_steps=min(100, options.steps // 4),
        final_learning_rate=0.02,
        device="cpu",
        seed=options.seed,
        validate_every=None,
    )
    began = time.process_time()
    result = fit_text_to_music(
        model, tunes, tokenizer.layout, config=config, folder=options.work / "model"
    )
    if result.stopped_by == "interrupt":
        raise KeyboardInterrupt
    facts = {"tunes": len(tunes), "steps": result.step, "seed": options.seed}
    facts["core_seconds"] = round(time.process_time() - began)
    save_composer(options.out, model, tokenizer, facts=facts | made_of(model, tokenizer))
    print(f"Saved to {options.out}.")


def made_of(model: TextToMusic, tokenizer: AudioTokenizer) -> dict[str, int]:
    """Facts about a model and its codec that a card shows."""
    codec = tokenizer.codec
    return {
        "batch_size": BATCH_SIZE,
        "parameters": sum(weight.numel() for weight in model.parameters()),
        "codec_parameters": sum(w.numel() for w in codec.network.state_dict().values()),
        "codec_steps": int(codec.history[-1]["step"]) + 1,
    }


def make_tokens(options: argparse.Namespace):
    """Render, train the codec, and encode: the tokenizer and the training tunes."""
    several = {"n_processes": options.processes}
    frames = keep_frames(options.work / "frames", "train", options.tunes, CODEC.mel, **several)
    file = options.work / NeuralCodec.file_name
    if not file.exists():
        n_files = -(-options.codec_tunes // PIECE)
        fit_codec(frames[:n_files], options).save(file)
    tokenizer = AudioTokenizer(NeuralCodec.load(file))
    tunes = keep_codes(options.work / "codes", tokenizer.codec, "train", frames, **several)
    return tokenizer, tunes


def fit_codec(frames: list[Path], options: argparse.Namespace) -> NeuralCodec:
    """Train the codec on the frames in some files."""
    config = replace(CODEC, steps=options.codec_steps)
    codec = config.fit_frames(read_frames(frames), seed=options.seed, folder=options.work / "codec")
    codec.notes |= {"layout": LAYOUT, "vocabulary": VOCABULARY}
    return codec


if __name__ == "__main__":
    main()
