"""Training: batches in, a trained model out, on Accelerate; stopped and resumed at any moment."""

from refimpl.training.baselines import BigramModel, measure_baselines
from refimpl.training.batches import NextTokenBatches, ValidationBatches, collate, frame_tune
from refimpl.training.callbacks import Callback, KeepBest
from refimpl.training.checkpoint import list_checkpoints, load_checkpoint
from refimpl.training.config import TrainingConfig, TrainingError
from refimpl.training.loop import train
from refimpl.training.loss import NEXT_TOKEN, Batch, Loss, evaluate_losses
from refimpl.training.metrics import TrainingResult, plot_metrics, read_metrics
from refimpl.training.models import SavedModel, load_model, save_model
from refimpl.training.objective_batches import ObjectiveBatches
from refimpl.training.opponent import Opponent
from refimpl.training.run import Run
from refimpl.training.step import learning_rate, parameter_groups

__all__ = [
    "NEXT_TOKEN",
    "Batch",
    "BigramModel",
    "Callback",
    "KeepBest",
    "Loss",
    "NextTokenBatches",
    "ObjectiveBatches",
    "Opponent",
    "Run",
    "SavedModel",
    "TrainingConfig",
    "TrainingError",
    "TrainingResult",
    "ValidationBatches",
    "collate",
    "evaluate_losses",
    "frame_tune",
    "learning_rate",
    "list_checkpoints",
    "load_checkpoint",
    "load_model",
    "measure_baselines",
    "parameter_groups",
    "plot_metrics",
    "read_metrics",
    "save_model",
    "train",
]
