"""The sets of tunes that the judges are judged by: real ones, a model's, and impostors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from refimpl.generation import generate
from refimpl.metrics import references
from refimpl.parallel import map_in_order
from refimpl.pipeline import load_generator, read_facts
from refimpl.pipeline.folder import preset_from_dict
from refimpl.reproduce.judges import impostors
from refimpl.reproduce.measuring import FramesToSound
from refimpl.tinytunes import Tune, Tunes

REAL, AGAIN, MODEL = "real, held out", "real, others", "model"
AVERAGE, ONE_C, ONE_TUNE = "average tune", "one C on every beat", "one tune, repeated"
RECITED, ONE_KEY = "recited training tunes", "real, in one key"
WRONG_KEY, UNEVEN = "pasted in the wrong key", "beats of random length"
BLOCKS, SHUFFLED = "blocks of random tunes", "shuffled frames"
# The order that a judge of quality should find, from the best to the worst.
ORDER = (
    REAL, references.RESYNTHESISED, MODEL, BLOCKS, references.BIGRAM, SHUFFLED, references.NOISE
)  # fmt: skip
IMPOSTORS = (
    BLOCKS, references.BIGRAM, SHUFFLED, references.NOISE, AVERAGE, ONE_C, ONE_TUNE, RECITED,
    ONE_KEY, WRONG_KEY, UNEVEN,
)  # fmt: skip
ALL_SETS = (REAL, AGAIN, references.RESYNTHESISED, MODEL, *IMPOSTORS)
BATCH = 50  # tunes that are written at once
FARTHEST = 10_000  # tunes that are looked through for enough in one key


@dataclass
class JudgedSets:
    """Makes the sets, each when it is asked for.

    Args:
        n_tunes: in each set.
        n_training: training tunes, of which bigram and blocks are made, and the average tune.
        generator: a model's folder or name.
        n_processes: for decoding.
    """

    n_tunes: int
    n_training: int = 300
    generator: str = "course"
    n_processes: int = 1

    def __post_init__(self) -> None:
        self.model, tokenizer = load_generator(self.generator)
        self.layout, self.tokenizer = tokenizer.layout, tokenizer.in_one_column()
        self.preset = preset_from_dict(read_facts(self.generator)["settings"])
        self.config = self.preset.tunes
        self.sample_rate = self.config.sample_rate
        self.beat_period = 60 / self.config.tempos[0]
        self.mel = self.tokenizer.codec.mel

    def training(self) -> Iterator[Tune]:
        """Training tunes."""
        return Tunes("train", self.config).take(self.n_training)

    def held_out(self, first: int = 0) -> Iterator[Tune]:
        """Held-out tunes from the number `first` on."""
        return islice(Tunes("test", self.config), first, first + self.n_tunes)

    def sounds(self, name: str) -> list[np.ndarray]:
        """The sounds of a set, (n_samples,) float32 each.

        Args:
            name: one of `ALL_SETS`.
        """
        rng = np.random.default_rng([ALL_SETS.index(name), self.n_tunes])
        makers: dict[str, Callable[[np.random.Generator], Sequence[np.ndarray]]] = {
            REAL: lambda _: [tune.render() for tune in self.held_out()],
            AGAIN: lambda _: [tune.render() for tune in self.held_out(self.n_tunes)],
            references.RESYNTHESISED: lambda _: self._decoded(self._held_out_tokens()),
            MODEL: lambda _: self._decoded(self._written()),
            BLOCKS: lambda rng: self._decoded(self._blocks(rng)),
            references.BIGRAM: lambda rng: self._decoded(self._bigram(rng)),
            SHUFFLED: lambda rng: self._decoded(
                [references.shuffled(ids, rng) for ids in self._held_out_tokens()]
            ),
            references.NOISE: lambda rng: [
                references.white_noise(self._n_samples(), rng) for _ in range(self.n_tunes)
            ],
            AVERAGE: self._averages,
            ONE_C: lambda _: [self._one_c()] * self.n_tunes,
            ONE_TUNE: lambda _: [next(self.training()).render()] * self.n_tunes,
            RECITED: lambda _: [t.render() for t in islice(self.training(), self.n_tunes)],
            ONE_KEY: lambda _: self._in_one_key(),
            WRONG_KEY: self._in_the_wrong_key,
            UNEVEN: lambda rng: [
                impostors.uneven_beats(tune.render(), self.sample_rate, self.beat_period, rng)
                for tune in self.held_out()
            ],
        }
        return [np.asarray(sound, dtype=np.float32) for sound in makers[name](rng)]

    def _n_samples(self) -> int:
        return next(self.held_out()).n_samples

    def _held_out_tokens(self) -> list[np.ndarray]:
        return [self.tokenizer.encode(tune.render()) for tune in self.held_out()]

    def _training_tokens(self) -> list[np.ndarray]:
        return [self.tokenizer.encode(tune.render()) for tune in self.training()]

    def _decoded(self, sets: Sequence[np.ndarray]) -> list[np.ndarray]:
        codec, n = self.tokenizer.codec, self._n_samples()
        makers = [FramesToSound(codec, ids, n) for ids in sets]
        return list(map_in_order(_made, None, makers, n_processes=self.n_processes))

    def _written(self) -> list[np.ndarray]:
        """Tunes by the model, from no prompt, exactly as long as a tune of the corpus."""
        n_tokens = len(self.tokenizer.encode(next(self.held_out()).render()))
        tokens: list[np.ndarray] = []
        for seed, first in enumerate(range(0, self.n_tunes, BATCH)):
            tokens += generate(
                self.model,
                self.tokenizer.vocabulary,
                max_tokens=n_tokens,
                min_tokens=n_tokens,
                batch_size=min(BATCH, self.n_tunes - first),
                seed=seed,
                layout=self.layout,
                progress=None,
                **vars(self.preset.sampling),
            )
        return [self.tokenizer.flatten(self.layout.to_codes(ids)) for ids in tokens]

    def _blocks(self, rng: np.random.Generator) -> list[np.ndarray]:
        training = self._training_tokens()
        return references.blocks(training, self.n_tunes, len(training[0]), rng)

    def _bigram(self, rng: np.random.Generator) -> list[np.ndarray]:
        training = self._training_tokens()
        return references.bigram(training, self.n_tunes, len(training[0]), rng)

    def _one_c(self) -> np.ndarray:
        return references.one_note(self._n_samples(), self.sample_rate, self.beat_period)

    def _averages(self, rng: np.random.Generator) -> list[np.ndarray]:
        """For each held-out tune, the average of the training tunes in its key."""
        by_key: dict[str, list[np.ndarray]] = {}
        for tune in self.training():
            by_key.setdefault(tune.key_name, []).append(tune.render())
        made = {name: impostors.average_tune(sounds, self.mel) for name, sounds in by_key.items()}
        names = sorted(made)
        keys = [tune.key_name for tune in self.held_out()]
        return [made[key if key in made else rng.choice(names)] for key in keys]

    def _in_one_key(self) -> list[np.ndarray]:
        tunes = Tunes("test", self.config)
        in_c = (tune for tune in islice(tunes, FARTHEST) if tune.key_name == "C major")
        return [tune.render() for tune in islice(in_c, self.n_tunes)]

    def _in_the_wrong_key(self, rng: np.random.Generator) -> list[np.ndarray]:
        tunes = list(self.held_out())
        others = impostors.in_another_key([tune.key for tune in tunes], rng)
        return [
            impostors.pasted(tune.render(), tunes[other].render(), self.sample_rate)
            for tune, other in zip(tunes, others, strict=True)
        ]


def _made(_: None, maker: FramesToSound) -> np.ndarray:
    return maker()
