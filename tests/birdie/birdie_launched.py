"""What `accelerate launch` runs in each of its processes: a small training loop, and what it saw.

accelerate launch --multi_gpu --num_processes 2 birdie_launched.py FOLDER
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from accelerate import Accelerator

sys.path.insert(0, str(Path(__file__).parents[2]))  # it is a script
from refimpl.birdie import Birdie
from refimpl.transformer import Transformer, TransformerConfig
from tests.birdie.birdie_examples import VOCABULARY

N_TUNES, N_STEPS = 64, 24


def numbered(split, worker_id, num_workers, rng_seed=0):
    """Tune i holds only the token i, so that what a process was given can be seen."""
    if split == "train":
        return [np.full(20, i) for i in range(N_TUNES)][worker_id::num_workers]
    return [np.full(60, 100 + i) for i in range(40)][worker_id::num_workers]


def main(folder):
    accelerator = Accelerator(cpu=True)
    torch.manual_seed(0)
    model = Transformer(
        TransformerConfig(
            vocabulary_size=VOCABULARY.size,
            context_length=64,
            n_layers=1,
            hidden_size=16,
            n_heads=2,
            ffn_hidden_size=32,
        )
    )
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    birdie = Birdie(
        {
            "ds": numbered,
            "vocabulary": VOCABULARY,
            "objectives": "report",
            "curriculum": "exp3s",
            "warmup_steps": 0,
            "batch_size": 2,
            "sequence_length": 64,
            "num_workers": 1,
            "num_shards": 5,
            "num_steps": N_STEPS,
            "steps_between_evaluations": 6,
            "num_validation_batches": 1,
            "accelerator": accelerator,
        }
    )
    model, optimizer, birdie = accelerator.prepare(model, optimizer, birdie)
    seen, losses, actions, validated = set(), [], [], set()
    for step in range(N_STEPS):
        if birdie.time_for_eval(step):
            for name, batch in birdie.measure_validation_losses():
                with torch.no_grad():
                    birdie.log_validation_loss(name, model(**batch), step)
                validated |= set(batch["input_ids"].flatten().tolist())
            actions.append(birdie.get_current_action().tolist())
        batch = birdie.get_next_training_sample()
        seen |= set(batch["input_ids"].flatten().tolist())
        loss = model(**batch)
        optimizer.zero_grad()
        accelerator.backward(loss)
        optimizer.step()
        losses.append(loss.item())
    birdie.close()
    found = {
        "n_processes": accelerator.num_processes,
        "seen": sorted(token for token in seen if token < N_TUNES),
        "validated": sorted(token for token in validated if token < VOCABULARY.n_codes),
        "actions": actions,
        "losses": losses,
        "weights": sum(float(p.detach().double().sum()) for p in model.parameters()),
    }
    Path(folder, f"{accelerator.process_index}.json").write_text(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])
