"""The whole pipeline, from sounds to a model that writes music; the command line uses it.

Read in this order: `batches`, `captioned`, `stages`, `folder`, `generators`, `resumable`,
`evaluating`, `verdict`.
"""

from refimpl.pipeline.captioned import Captioned
from refimpl.pipeline.evaluating import evaluate_model, evaluate_sounds, read_sounds
from refimpl.pipeline.folder import RunFolder, preset_from_dict, preset_to_dict
from refimpl.pipeline.generators import (
    architecture_of,
    find_generator,
    load_captioned,
    load_generator,
    load_tokenizer,
    read_facts,
    save_generator,
)
from refimpl.pipeline.resumable import (
    FinishedRun,
    ensure_codec,
    ensure_model,
    ensure_tokens,
    load_run,
    load_run_tokenizer,
    run,
)
from refimpl.pipeline.stages import TrainedModel, fit_codec, tokenize, train_model
from refimpl.pipeline.verdict import Verdict, judge

__all__ = [
    "Captioned",
    "FinishedRun",
    "RunFolder",
    "TrainedModel",
    "architecture_of",
    "ensure_codec",
    "ensure_model",
    "ensure_tokens",
    "Verdict",
    "evaluate_model",
    "evaluate_sounds",
    "find_generator",
    "fit_codec",
    "load_run_tokenizer",
    "judge",
    "load_captioned",
    "load_generator",
    "load_run",
    "load_tokenizer",
    "preset_from_dict",
    "preset_to_dict",
    "read_facts",
    "read_sounds",
    "run",
    "save_generator",
    "tokenize",
    "train_model",
]
