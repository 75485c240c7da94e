"""Train the joint embedding that comes with the package, measure it, and save it.

    python -m refimpl.audio_text --out refimpl/checkpoints/embedding

Taught in lesson 11.
"""

import argparse
import time
from pathlib import Path

import torch

from refimpl.audio_text.abilities import distinct, measure_abilities
from refimpl.audio_text.fitting import N_TUNES, STEPS, analyse, fit_embedding, tune_clips
from refimpl.audio_text.saved import save_embedding

N_TESTED, N_DRAWN = 160, 110  # in all, and tunes of each level to choose them from


def main() -> None:
    """Train, measure, print and save."""
    parser = argparse.ArgumentParser(description="Train a joint embedding of sounds and captions.")
    parser.add_argument("--out", required=True, type=Path, help="the folder to write")
    parser.add_argument("--tunes", type=int, default=N_TUNES, help="training tunes of each level")
    parser.add_argument("--steps", type=int, default=STEPS, help="optimizer steps")
    parser.add_argument("--seed", type=int, default=0, help="of weights, pairs and captions")
    options = parser.parse_args()
    torch.set_num_threads(1)
    examples = analyse(tune_clips("train", options.tunes))
    began = time.process_time()
    model = fit_embedding(examples, steps=options.steps, seed=options.seed)
    seconds = time.process_time() - began
    tested = distinct(analyse(tune_clips("validation", N_DRAWN)), N_TESTED)
    found = measure_abilities(model, tested)
    print(f"{options.steps} steps in {seconds:.0f} s of one core; {len(tested)} held-out tunes")
    print(f"\n| | {' | '.join(found)} |\n| --- |{' --- |' * len(found)}")
    for name in next(iter(found.values())):
        print(f"| {name} | {' | '.join(f'{one[name]:.2f}' for one in found.values())} |")
    facts = {"steps": options.steps, "seed": options.seed, "tunes": options.tunes}
    facts["core_seconds"] = round(seconds)
    save_embedding(options.out, model, facts=facts | {"tested": len(tested), "measured": found})
    print(f"\nSaved to {options.out}.")


if __name__ == "__main__":
    main()
