"""Train the diffusion model that comes with the package, stage by stage, and save it.

    python -m refimpl.diffusion --out refimpl/checkpoints/diffusion

Each stage keeps what it made in a folder of work, and a second call continues from it.
Taught in lesson 12.
"""

import argparse
from pathlib import Path

import torch

from refimpl.diffusion.fitting import SECONDS, fit_diffusion
from refimpl.diffusion.latents import NeuralLatents
from refimpl.diffusion.saved import SHIPPED_CODEC, SavedDiffusion, save_diffusion
from refimpl.diffusion.tune_latents import (
    TuneLatents,
    encode_tunes,
    plain_latents,
    tunes_of_level_1,
)
from refimpl.pipeline import load_tokenizer

N_TRAIN, N_HELD_OUT = 6000, 200
COMMAND = "python -m refimpl.diffusion --out refimpl/checkpoints/diffusion"


def main() -> None:
    """Read the command line, and go through the stages."""
    parser = argparse.ArgumentParser(description="Train a diffusion model of tunes.")
    parser.add_argument("--out", required=True, type=Path, help="the folder to write")
    parser.add_argument(
        "--work", type=Path, default=Path("runs/diffusion"), help="keeps what each stage made"
    )
    parser.add_argument("--tunes", type=int, default=N_TRAIN, help="training tunes")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of one core, in training")
    parser.add_argument("--seed", type=int, default=0, help="of weights, batches and noise")
    options = parser.parse_args()
    torch.set_num_threads(1)
    plain = plain_latents(load_tokenizer(SHIPPED_CODEC).codec)
    sets = {
        split: _encoded_once(options.work, plain, split, n)
        for split, n in {"train": options.tunes, "validation": N_HELD_OUT}.items()
    }
    codec = standardised(plain, sets["train"])
    print(f"{len(sets['train'].keys)} tunes; training for {options.seconds:g} s of one core")
    model, facts = _train(codec, sets, options)
    save_diffusion(options.out, SavedDiffusion(model, codec, facts=facts))
    print(f"Saved to {options.out}.")


def _encoded_once(work: Path, codec: NeuralLatents, split: str, n_tunes: int) -> TuneLatents:
    path = work / f"{split}-{n_tunes}.safetensors"
    if not path.exists():
        encode_tunes(codec, tunes_of_level_1(split, n_tunes), n_processes=2).save(path)
    return TuneLatents.load(path)


def standardised(plain: NeuralLatents, tunes: TuneLatents) -> NeuralLatents:
    """Return the codec whose latents have mean 0 and variance 1 over these plain latents."""
    mean, std = (part(tunes.latents, dim=(0, 1)).numpy() for part in (torch.mean, torch.std))
    return NeuralLatents(plain.codec, mean, std)


def _train(codec: NeuralLatents, sets: dict[str, TuneLatents], options: argparse.Namespace):
    mean, std = torch.from_numpy(codec.mean), torch.from_numpy(codec.std)
    train, held_out = (((one.latents - mean) / std, one.keys) for one in sets.values())
    model, result = fit_diffusion(
        *train,
        held_out=held_out,
        max_seconds=options.seconds,
        seed=options.seed,
        folder=options.work / "model",
    )

    return model, {
        "command": COMMAND,
        "tunes": len(sets["train"].keys),
        "steps": result.step,
        "core_seconds": round(result.seconds),
        "seed": options.seed,
        "validation_loss": result.validation_loss,
    }


if __name__ == "__main__":
    main()
