"""Sampling explorer: what a temperature does to the next token's probabilities and to the tune."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
import traitlets

from refimpl.display.explorers.base import Explorer, front_end, to_mp3
from refimpl.errors import UserError
from refimpl.vocabulary import Vocabulary

_N_BARS = 8  # the likeliest tokens; all others are one bar


class SamplingExplorer(Explorer):
    """The widget; made by `sampling_explorer`.

    Attributes:
        temperatures: in the order given.
        runs: for each temperature "ids", "top" (for each position [id, probability in thousandths]
            of the likeliest), "own" (the probability in thousandths of the token that was drawn)
            and "choices" (2 to the power of the entropy in bits).
        tunes: for each temperature an MP3.
    """

    _esm = front_end("sampling_explorer.js")
    temperatures = traitlets.List(traitlets.Float()).tag(sync=True)
    runs = traitlets.List().tag(sync=True)
    tunes = traitlets.List(traitlets.Bytes()).tag(sync=True)
    names = traitlets.Dict().tag(sync=True)  # id as text to name, of the special tokens that occur
    tokens_per_second = traitlets.Float().tag(sync=True)

    def twin(self) -> str:
        lines = "".join(
            f"<tr><td>{t:g}</td><td>{len(run['ids'])}</td><td>{np.mean(run['choices']):.1f}</td></tr>"
            for t, run in zip(self.temperatures, self.runs, strict=True)
        )
        head = "<th>temperature</th><th>tokens</th><th>effective choices, mean</th>"
        return f"<p><b>{escape(self.title)}</b></p><table><tr>{head}</tr>{lines}</table>"


def sampling_explorer(
    runs: Mapping[float, tuple[np.ndarray, np.ndarray]],
    tokenizer,
    *,
    title: str = "",
) -> SamplingExplorer:
    """Show the next token's probabilities, and the tune that was drawn, for several temperatures.

    Choose a temperature (it keeps the position, so that one can compare), move along the tune, and
    hear it. The curve is how many tokens the model hesitates between: 2 to the power of the
    entropy in bits, the *perplexity* of the choice.

    Args:
        runs: temperature to the tokens that were drawn `(n_tokens,)` and the distributions that
            they were drawn from `(n_tokens, vocabulary_size)`.
        tokenizer: an `AudioTokenizer` that makes sounds of the tokens.
        title: what it is, in a few words.
    Returns:
        A widget, which works without a kernel too.
    Raises:
        UserError: no runs, or probabilities of another shape than the tokens or that do not sum
            to 1.

    Taught in lesson 7.
    """
    if not runs:
        raise UserError("no runs given, at least one temperature needed")
    gathered, used = [], set()
    for temperature, (ids, probabilities) in runs.items():
        ids, probabilities = np.asarray(ids), np.asarray(probabilities)
        _check(temperature, ids, probabilities, tokenizer.vocabulary)
        gathered.append(_run(ids, probabilities))
        used |= {token for position in gathered[-1]["top"] for token, _ in position}
    vocabulary = tokenizer.vocabulary
    return SamplingExplorer(
        title=title or "What the temperature does",
        alt=(
            f"The same model at {len(runs)} temperatures, {', '.join(f'{t:g}' for t in runs)}: for "
            "each its tune, and the probabilities that every token was drawn from."
        ),
        temperatures=[float(temperature) for temperature in runs],
        runs=gathered,
        tunes=[to_mp3(tokenizer.decode(ids), tokenizer.sample_rate) for ids, _ in runs.values()],
        names={str(i): vocabulary.name(i) for i in sorted(used) if i >= vocabulary.n_codes},
        tokens_per_second=tokenizer.tokens_per_second,
    )


def explore_temperatures(
    model,
    tokenizer,
    temperatures: Sequence[float],
    *,
    n_tokens: int = 128,
    seed: int = 0,
    title: str = "",
) -> SamplingExplorer:
    """Let a model write a tune at several temperatures, and show what it drew each token from.

    All tunes use the same random numbers, and nothing is cut off, so only the temperature differs.

    Args:
        model: a `Transformer` of one token per step.
        tokenizer: an `AudioTokenizer` of its tokens.
        temperatures: 0 always takes the likeliest token; 1 samples from the model's distribution.
        n_tokens: length of each tune.
        seed: of the random numbers.
        title: what it is, in a few words.
    Returns:
        A widget, see `sampling_explorer`.
    Raises:
        GenerationError: a temperature below 0, or no tokens.

    Taught in lesson 7.
    """
    import torch  # here, as every other explorer works without it

    from refimpl.generation import generate, sampling_probabilities

    vocabulary, runs = tokenizer.vocabulary, {}
    options = {"max_tokens": n_tokens, "min_tokens": n_tokens, "top_k": None, "seed": seed}
    for temperature in temperatures:
        (ids,) = generate(model, vocabulary, temperature=temperature, **options)
        row = torch.from_numpy(np.append(vocabulary.start, ids[:-1]))
        with torch.inference_mode():
            logits = model(row[None])[0].float()
            logits[:, vocabulary.n_codes :] = -torch.inf  # generation draws codes alone
        runs[temperature] = ids, sampling_probabilities(logits, temperature)
    return sampling_explorer(runs, tokenizer, title=title)


def effective_choices(probabilities: np.ndarray) -> np.ndarray:
    """2 to the power of the entropy in bits of each distribution `(n, size)`: `(n,)`, from 1 up."""
    logs = np.log2(np.where(probabilities > 0, probabilities, 1.0))
    return 2.0 ** -(probabilities * logs).sum(axis=1)


def _run(ids: np.ndarray, probabilities: np.ndarray) -> dict:
    likeliest = np.argsort(-probabilities, axis=1, kind="stable")[:, :_N_BARS]
    thousandths = np.round(1000 * np.take_along_axis(probabilities, likeliest, axis=1))
    return {
        "ids": ids.tolist(),
        "top": [
            [[int(token), int(p)] for token, p in zip(*position, strict=True)]
            for position in zip(likeliest, thousandths, strict=True)
        ],
        "own": np.round(1000 * probabilities[np.arange(len(ids)), ids]).astype(int).tolist(),
        "choices": np.round(effective_choices(probabilities), 2).tolist(),
    }


def _check(temperature, ids: np.ndarray, probabilities: np.ndarray, vocabulary: Vocabulary) -> None:
    wanted = (len(ids), vocabulary.size)
    if ids.ndim != 1 or len(ids) == 0 or probabilities.shape != wanted:
        raise UserError(
            f"temperature {temperature}: ids of shape {ids.shape} and probabilities of shape "
            f"{probabilities.shape} given, (n_tokens,) and (n_tokens, {vocabulary.size}) needed"
        )
    if not np.allclose(probabilities.sum(axis=1), 1, atol=1e-3):
        raise UserError(f"temperature {temperature}: probabilities that do not sum to 1 given")
