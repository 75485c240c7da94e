"""A preset: every number of the way from sounds to generated sounds, in one nested record.

The report and the course differ only in such a record; both run through the same code.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from refimpl.backbones import find_backbone
from refimpl.codecs import CodecConfig
from refimpl.configuration import (
    Configuration,
    Count,
    NotNegative,
    Number,
    Positive,
    Share,
    Whole,
    configuration,
)
from refimpl.errors import UserError, suggest
from refimpl.layouts import Layout, make_layout
from refimpl.objectives.presets import MIXTURES
from refimpl.tinytunes import TuneConfig
from refimpl.tinytunes.timbres import INSTRUMENTS
from refimpl.training import TrainingConfig
from refimpl.vocabulary import Vocabulary


@configuration
class DataConfig(Configuration):
    """How much to listen to.

    Args:
        n_train: tunes (or clips of recordings) that the model is trained on.
        n_validation: held-out tunes for the validation loss and the measures.
        clip_seconds: recordings are cut into clips of this length; None takes tunes as they are.
    """

    n_train: Count = 3000
    n_validation: Count = 200
    clip_seconds: Positive | None = None


@configuration
class RecordingsConfig(Configuration):
    """Augmentation and early stopping for recordings, of which there are never enough.

    Args:
        copies: varied copies of each training clip (see `refimpl.corpora.augmenting`).
        below_minutes: no copies if the recordings together are longer.
        validate_every: steps between validations. The run keeps the weights with the best loss.
        patience: validations without a new best before training stops; None: never.
        captions: what to ask for in words: "beside" for a text file beside each sound, or the path
            of a CSV file (see `refimpl.corpora.captions`); None: nothing.

    Taught in lessons 7 and 9.
    """

    copies: Annotated[Whole, Field(ge=0)] = 6
    below_minutes: NotNegative = 30.0
    validate_every: Count = 20
    patience: Count | None = 5
    captions: str | None = None


@configuration
class ScoresConfig(Configuration):
    """How scores are played, and their augmentation.

    Args:
        tempo: quarter notes per minute; None: the collection's own, or a file's.
        instruments: one is drawn for each piece; None: the collection's own.
        copies: varied copies of each training piece, if it takes them to reach data.n_train;
            0 switches augmentation off.
        most_semitones: by which a copy is transposed at most, up or down.
        most_tempo_change: 0.1 plays a copy up to a tenth faster, or slower by the same factor.
        soundfont: path of an .sf2 or .sf3 file that plays the instruments; None: tinytunes' own.

    Taught in lesson 10.
    """

    tempo: Annotated[Number, Field(ge=20, le=400)] | None = None
    instruments: tuple[str, ...] | None = None
    copies: Annotated[Whole, Field(ge=0, le=100)] = 0
    most_semitones: Annotated[Whole, Field(ge=0, le=11)] = 5
    most_tempo_change: Annotated[Number, Field(ge=0, le=1)] = 0.0
    soundfont: str | None = None

    def __post_init__(self) -> None:
        for name in self.instruments or ():
            if name not in INSTRUMENTS:
                advice = suggest(name, INSTRUMENTS)
                raise UserError(f"scores.instruments has no {name!r}; {advice}")
        if self.instruments == ():
            raise UserError("scores.instruments is empty; name one, or set it to none")


@configuration
class ObjectivesConfig(Configuration):
    """The training objectives of the model.

    Args:
        mixture: a name of `refimpl.objectives.MIXTURES`; the objectives are then packed into rows
            as long as the model's context. None: next-token prediction alone, one tune per row.
        curriculum: what moves the shares during training: "fixed" (nothing), "uniform", "exp3s" or
            "reward_model".
        evaluate_every: steps between the evaluations that a curriculum learns from.
        validation_batches: held-out batches of each objective.

    Taught in lesson 6.
    """

    mixture: str | None = None
    curriculum: Literal["fixed", "uniform", "exp3s", "reward_model"] = "fixed"
    evaluate_every: Count = 100
    validation_batches: Count = 2

    def __post_init__(self) -> None:
        if self.mixture is not None and self.mixture not in MIXTURES:
            raise UserError(
                f"objectives.mixture is {self.mixture!r}; there are none, {', '.join(MIXTURES)}"
            )
        if self.mixture is None and self.curriculum != "fixed":
            raise UserError(
                f"objectives.curriculum is {self.curriculum!r}, and there is no mixture for it to "
                "move; set objectives.mixture too, for example to eight"
            )

    @property
    def is_adaptive(self) -> bool:
        """Whether the shares depend on what the model has learnt."""
        return self.curriculum not in ("fixed", "uniform")


@configuration
class SamplingConfig(Configuration):
    """How the next token is drawn; the arguments of `generate`. Taught in lesson 7."""

    temperature: NotNegative = 1.0
    top_k: Count | None = 50
    top_p: Share | None = None


@dataclass(frozen=True)
class Preset:
    """A named configuration of the whole pipeline.

    Args:
        name: what the command line calls it.
        about: one sentence for people.
        declared: what its source leaves open and somebody had to choose, in words.
        tunes: the corpus, where no recordings are given.
        data: how much of it.
        codec: how sound becomes codes; the kind of codec and its settings.
        vocabulary: "course" or "report"; which special tokens there are.
        model: the backbone's configuration; its vocabulary_size and n_columns always follow from
            the codes and their layout.
        training: optimizer, schedule, steps.
        batch_size: rows of a batch.
        sampling: how tokens are drawn.
        objectives: what the model is trained to do.
        start_from: a run's folder, or the name of a model that comes with the package, whose
            codec and weights this run begins with. None: its own codec and random weights.
        recordings: what is done where the sounds are recordings.
        scores: what is done where they are scores.
        layout: how codes become rows of tokens, a name in `refimpl.layouts.LAYOUTS`, or with
            its own delays "delay:0,1,1,3".
        backbone: what reads the tokens, a name in `refimpl.backbones.BACKBONES`.
    """

    name: str
    about: str
    declared: tuple[str, ...]
    tunes: TuneConfig
    data: DataConfig
    codec: CodecConfig
    vocabulary: str
    model: Configuration
    training: TrainingConfig
    batch_size: int
    sampling: SamplingConfig
    objectives: ObjectivesConfig = ObjectivesConfig()
    start_from: str | None = None
    recordings: RecordingsConfig = RecordingsConfig()
    scores: ScoresConfig = ScoresConfig()
    layout: str = "flat"
    backbone: str = "Transformer"

    def __post_init__(self) -> None:
        if self.batch_size < 1:
            raise UserError(f"batch_size is {self.batch_size}; it must be at least 1")
        if self.objectives.mixture is not None and self.vocabulary != "course":
            raise UserError(
                f"objectives.mixture is {self.objectives.mixture!r}, and the vocabulary "
                f"{self.vocabulary!r} has no tokens for objectives; set vocabulary to course"
            )
        _, config_class = find_backbone(self.backbone)
        if not isinstance(self.model, config_class):
            raise UserError(
                f"backbone is {self.backbone!r}, which needs a {config_class.__name__}, and model "
                f"is a {type(self.model).__name__}"
            )
        layout = self.layout_of_codes()
        if self.objectives.mixture is not None and layout.n_columns > 1:
            raise UserError(
                f"objectives.mixture is {self.objectives.mixture!r}, and the layout "
                f"{self.layout!r} has {layout.n_columns} columns; objectives ask questions in one "
                'column: set layout to "flat", or objectives.mixture to none'
            )
        # Derived, not set: a codec of another size needs an embedding of another size.
        derived = {"vocabulary_size": layout.vocabulary.size, "n_columns": layout.n_columns}
        if self.recordings.captions is not None:
            self._check_captions()
            derived["cross_attention"] = True
        object.__setattr__(self, "model", dataclasses.replace(self.model, **derived))

    def _check_captions(self) -> None:
        if self.backbone != "Transformer":
            raise UserError(
                f"backbone is {self.backbone!r}, which reads no captions; set it to Transformer, "
                "or recordings.captions to none"
            )
        if self.objectives.mixture is not None:
            raise UserError(
                f"objectives.mixture is {self.objectives.mixture!r}, whose rows hold parts of "
                "several clips, and a caption belongs to one; set objectives.mixture to none"
            )

    @property
    def n_codes(self) -> int:
        """Codes over all streams."""
        return sum(self.codec.stream_sizes)

    def layout_of_codes(self) -> Layout:
        """The layout of the codec's codes."""
        return make_layout(self.layout, self.codec.stream_sizes, self.vocabulary)

    def vocabulary_of_codes(self) -> Vocabulary:
        """The vocabulary that belongs to the codec and the layout."""
        return self.layout_of_codes().vocabulary

    @property
    def tokens_per_second(self) -> float:
        """Tokens that a second of audio takes, or rows with several columns."""
        layout = self.layout_of_codes()
        return self.codec.step_rate * (layout.n_tokens(2) - layout.n_tokens(1))

    @property
    def context_seconds(self) -> float:
        """Seconds of audio that the model sees at once."""
        return self.model.context_length / self.tokens_per_second
