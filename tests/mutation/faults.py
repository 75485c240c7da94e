"""Faults that a person could make in the numerical core, each one change of one file.

A fault leaves a program that runs and gives numbers of the right shape. Only a test that knows what
the numbers should be can notice it.
"""

from typing import NamedTuple


class Fault(NamedTuple):
    """One change of the package.

    Attributes:
        what: The fault in words.
        file: The module, under `refimpl/`.
        right: A part of the module that occurs once.
        wrong: What stands in its place.
    """

    what: str
    file: str
    right: str
    wrong: str


FAULTS = [
    # Audio
    Fault(
        "only the first channel is kept",
        "audio/standardising.py",
        "audio.mean(axis=1)",
        "audio[:, 0]",
    ),
    Fault(
        "resampling without a low-pass filter",
        "audio/standardising.py",
        "soxr.resample(audio, from_rate, to_rate)",
        "audio[np.arange(round(len(audio) * to_rate / from_rate)) * from_rate // to_rate]",
    ),
    Fault(
        "the level is set before the cut",
        "audio/standardising.py",
        "set_level(audio[:n_samples], normalise, level)",
        "set_level(audio, normalise, level)[:n_samples]",
    ),
    # Mel
    Fault("the HTK scale is ignored", "mel/analysis.py", "htk=config.htk", "htk=False"),
    Fault(
        "magnitudes are squared whatever the power",
        "mel/filters.py",
        "1 / config.power",
        "0.5",
    ),
    Fault(
        "the first spectrum is not fitted to its bands",
        "mel/filters.py",
        "energy *= self.correction(energy, target)",
        "pass",
    ),
    Fault(
        "Griffin-Lim without momentum",
        "mel/inversion.py",
        "keep_magnitude, n_iter, CLASSIC_MOMENTUM, previous=estimate",
        "keep_magnitude, n_iter",
    ),
    Fault(
        "the mel-consistent inversion without momentum",
        "mel/inversion.py",
        "n_iter - n_settling, MOMENTUM, previous=estimate",
        "n_iter - n_settling",
    ),
    Fault(
        "the first phase is random",
        "mel/phase.py",
        "follow_peaks(phase + in_time, across, now)",
        "rng.uniform(0, 2 * np.pi, n_bins)",
    ),
    # Codecs and corpora
    Fault(
        "a number above a stream's codes is taken for a code",
        "codecs/codec.py",
        "(codes < 0) | (codes >= np.asarray(stream_sizes))",
        "codes < 0",
    ),
    Fault(
        "a codec for other mel frames is taken for the preset's",
        "codecs/mel_codec.py",
        "if codec.kind == self.kind and codec.mel != self.mel:",
        "if False:",
    ),
    Fault(
        "an accidental lasts beyond the bar line",
        "corpora/scores/abc.py",
        "        self._accidentals: dict[tuple[str, int], int] = {}",
        "        self._accidentals = getattr(self, '_accidentals', {})",
    ),
    Fault(
        "a second ending is played the first time too",
        "corpora/scores/bars.py",
        "if bar.endings and time not in bar.endings:",
        "if bar.endings and time not in bar.endings and 1 in bar.endings:",
    ),
    Fault(
        "a tune in another key is no relative",
        "corpora/scores/relatives.py",
        "steps = np.diff(tops[:, 2].astype(np.int64))",
        "steps = tops[:, 2].astype(np.int64)",
    ),
    Fault(
        "a state leaks from a packed sample into the next",
        "state_space/recurrence.py",
        "kept = torch.exp(log_a).masked_fill(begins[..., None], 0.0)",
        "kept = torch.exp(log_a)",
    ),
    Fault(
        "the scan joins steps twice as far apart as they are",
        "state_space/scan.py",
        "half = distance // 2",
        "half = distance",
    ),
    Fault(
        "distances are counted from the wrong end",
        "transformer/relative.py",
        "distances = torch.arange(n_keys - 1, -1, -1, device=queries.device)",
        "distances = torch.arange(n_keys, device=queries.device)",
    ),
    Fault(
        "training hears what is held out of a recording",
        "corpora/recordings.py",
        "return range(first) if",
        "return range(self.n_clips) if",
    ),
    Fault(
        "the facts of a clip are lost on its way into a dataset",
        "dataset/writing.py",
        "[one.facts for one in self.waiting]",
        "[{} for one in self.waiting]",
    ),
    # k-means and codebook
    Fault(
        "the nearest centroid by the product alone",
        "codecs/clustering.py",
        "scores -= half_norms",
        "scores -= 0",
    ),
    Fault(
        "the sample keeps the beginning of the stream",
        "codecs/clustering.py",
        "self._rng.random(len(piece))",
        "(self.count + np.arange(len(piece))) / 1e9",
    ),
    Fault(
        "a later stage encodes the frame, not the residual",
        "codecs/codebook.py",
        "residual = residual - centroids[codes[:, stage]]",
        "pass",
    ),
    Fault(
        "a later stage is fitted on the frames",
        "codecs/codebook.py",
        "residual = residual - centroids[-1][nearest(residual, centroids[-1])]",
        "pass",
    ),
    # Vector quantizer
    Fault(
        "straight-through without its gradient",
        "codecs/vqvae/quantizer.py",
        "z + (chosen - z).detach()",
        "chosen",
    ),
    Fault(
        "several stages without the straight-through gradient",
        "codecs/vqvae/network.py",
        "latents + (total - latents).detach()",
        "total",
    ),
    Fault(
        "the residual is not detached",
        "codecs/vqvae/network.py",
        "residual = residual - found.vectors.detach()",
        "residual = residual - found.vectors",
    ),
    Fault(
        "the commitment loss moves nothing",
        "codecs/vqvae/quantizer.py",
        "F.mse_loss(z, chosen.detach())",
        "F.mse_loss(z, chosen.detach()).detach()",
    ),
    Fault(
        "the running mean forgets what it should keep",
        "codecs/vqvae/quantizer.py",
        "self.sums.lerp_(sums, 1 - self.decay)",
        "self.sums.lerp_(sums, self.decay)",
    ),
    Fault(
        "training revives no dead code",
        "codecs/code_training.py",
        "self._revived += _revive(self.network, self.network.last_pass.latents, generator)",
        "self._revived += 0",
    ),
    Fault(
        "a revived code counts as dead",
        "codecs/vqvae/quantizer.py",
        "self._forget(dead, float(self.counts.mean()))",
        "pass",
    ),
    Fault(
        "the codes do not start at centroids",
        "codecs/code_training.py",
        "_start_codes(self.network, self.windows, np.random.default_rng(self.seed), self.seed)",
        "pass",
    ),
    # Two players, and losses on waveforms
    Fault(
        "a resumed opponent has forgotten what it learnt",
        "training/opponent.py",
        'load_weights(self.opponent.model, state["weights"], f"{source}, in its opponent,")',
        "pass",
    ),
    Fault(
        "a resumed opponent's optimizer has forgotten its means",
        "training/opponent.py",
        'load_optimizer_tensors(self.optimizer, self.opponent.model, state["optimizer"])',
        "pass",
    ),
    Fault(
        "the balancer does not divide by the norms",
        "codecs/neural/balancer.py",
        "self.weights[name] * share / size if size",
        "self.weights[name] * share if size",
    ),
    Fault(
        "spectra without a window",
        "codecs/neural/spectral_losses.py",
        "torch.hann_window(n_fft,",
        "torch.ones(n_fft,",
    ),
    Fault(
        "the critic's step moves the codec's codes",
        "codecs/neural/adversarial.py",
        "network.eval()  # the codes",
        "pass  # the codes",
    ),
    Fault(
        "a causal convolution looks ahead",
        "codecs/neural/waveform.py",
        "self.ahead = 0 if causal else padding // 2",
        "self.ahead = padding // 2",
    ),
    # Neural codec
    Fault(
        "the residual of residual books is not detached",
        "codecs/neural/residual.py",
        "found.vectors if self.projected else found.vectors.detach()",
        "found.vectors",
    ),
    Fault(
        "quantizer dropout leaves out nothing",
        "codecs/neural/residual.py",
        "total = total + vectors * (number < used)",
        "total = total + vectors",
    ),
    Fault(
        "later books quantize the latents again",
        "codecs/neural/residual.py",
        "residual = residual - vectors",
        "pass",
    ),
    Fault(
        "a causal network sees ahead",
        "codecs/neural/convnext.py",
        "ahead = 0 if causal else kernel_size // 2",
        "ahead = kernel_size // 2",
    ),
    Fault(
        "errors in low bands count like the others",
        "codecs/neural/codec.py",
        "std = std / low_emphasis(mel, emphasis)",
        "pass",
    ),
    # Transformer
    Fault(
        "what writes to the residual stream starts at full scale",
        "backbones/backbone.py",
        "std=residual_std if writes else std",
        "std=std",
    ),
    Fault(
        "a cached token stands at position 0",
        "transformer/model.py",
        "start = state.length",
        "start = 0",
    ),
    Fault(
        "RoPE turns half as fast as it should",
        "transformer/positions.py",
        "dtype=torch.float64) / head_size)",
        "dtype=torch.float64) / (2 * head_size))",
    ),
    Fault(
        "segments see one another",
        "transformer/masks.py",
        "(may_look & same & real)",
        "(may_look & real)",
    ),
    Fault(
        "the whole row sees the prefix both ways",
        "transformer/masks.py",
        "prefix[:, :, None] & prefix[:, None, :]",
        "prefix[:, :, None] | prefix[:, None, :]",
    ),
    Fault(
        "the feed-forward network reads an unnormalised stream",
        "transformer/blocks.py",
        "return x + self.dropout(layer(norm(x), **given))",
        "return x + self.dropout(layer(x, **given))",
    ),
    Fault(
        "SwiGLU with a sigmoid for a gate",
        "transformer/blocks.py",
        "F.silu(gate) * inner",
        "torch.sigmoid(gate) * inner",
    ),
    Fault(
        "the loss is a mean over all positions",
        "backbones/loss.py",
        "valid.sum().clamp(min=1)",
        "len(valid)",
    ),
    # Objectives
    Fault(
        "a span never stands at the end",
        "objectives/spans.py",
        "draw_places(n_tokens - n_masked + 1, n_spans, rng)",
        "draw_places(n_tokens - n_masked, n_spans, rng)",
    ),
    Fault(
        "every sample is shuffled by the same share",
        "objectives/deshuffling.py",
        "(self.max_fraction - self.min_fraction) * rng.random()",
        "(self.max_fraction - self.min_fraction) * 0.5",
    ),
    Fault(
        "the first token of an answer is not trained on",
        "objectives/sample.py",
        "labels[: n_prefix - 1]",
        "labels[:n_prefix]",
    ),
    # Packing
    Fault(
        "an objective that did not fit is not made up for",
        "packing/packer.py",
        "self._swaps.append((drawn, used))",
        "pass",
    ),
    Fault(
        "segments are numbered through the batch",
        "packing/packed_batch.py",
        "np.arange(1, len(rows) + 1) - np.searchsorted(rows, rows)",
        "np.arange(1, len(rows) + 1)",
    ),
    # Training
    Fault(
        "pieces weigh alike however many labels they have",
        "training/step.py",
        "piece_sum / divisor * n_processes",
        "piece_sum / at_least_one(piece_weight) * n_processes",
    ),
    Fault(
        "the gradient is not clipped",
        "training/step.py",
        'clip_norm or float("inf")',
        'float("inf")',
    ),
    Fault(
        "gradients are kept from one step to the next",
        "training/step.py",
        "    optimizer.zero_grad()\n",
        "",
    ),
    Fault(
        "biases and norms decay",
        "training/step.py",
        '"weight_decay": 0.0',
        '"weight_decay": weight_decay',
    ),
    Fault(
        "the warm-up starts a step late",
        "training/step.py",
        "(step + 1) / config.warmup_steps",
        "step / config.warmup_steps",
    ),
    # Generation
    Fault(
        "top-p leaves out the token that reaches p",
        "generation/sampling.py",
        "masked_fill(before >= top_p, 0.0)",
        "masked_fill(before + weights > top_p, 0.0)",
    ),
    Fault(
        "top-p keeps one token more where p is reached exactly",
        "generation/sampling.py",
        "before >= top_p",
        "before > top_p",
    ),
    Fault(
        "the sliding window keeps a quarter",
        "generation/decoding.py",
        "self.capacity // 2",
        "self.capacity // 4",
    ),
    Fault(
        "columns that end with the first one write on",
        "generation/constraints.py",
        "if only[column] else token",
        "if only[0] and column == 0 else token",
    ),
    # Layouts and the pass for one token
    Fault(
        "late columns are read where the first one stands",
        "layouts/delay.py",
        "tokens[delay : delay + n_steps, k]",
        "tokens[:n_steps, k]",
    ),
    Fault(
        "the finer codes begin in the row in which the coarse ones end",
        "layouts/coarse_first.py",
        "tokens[n_steps + 1 :, 1:] = codes[:, 1:]",
        "tokens[n_steps:-1, 1:] = codes[:, 1:]",
    ),
    Fault(
        "a new key takes the place of the one before",
        "transformer/step.py",
        "keys[:, :, position] = key",
        "keys[:, :, position - 1] = key",
    ),
    # Music to order
    Fault(
        "guidance adds the scores with a condition, not their difference from those without",
        "conditioning/guidance.py",
        "scale * (one - free) for scale, one in moves",
        "scale * one for scale, one in moves",
    ),
    Fault(
        "a part of a condition is withheld from all clips of a batch at once",
        "conditioning/joint.py",
        "torch.rand(len(clips), device=mask.device)",
        "torch.rand(1, device=mask.device)",
    ),
    Fault(
        "a frame of a condition is added to one row, not to all rows of its step",
        "conditioning/placing.py",
        "places // self.rows_per_frame",
        "places",
    ),
    Fault(
        "a melody keeps the weakest class of a frame",
        "conditioning/melody.py",
        "np.where(sounds, chroma.argmax(axis=1), REST)",
        "np.where(sounds, chroma.argmin(axis=1), REST)",
    ),
    Fault(
        "the clock of a tune ticks in seconds",
        "text_to_music/beat_clock.py",
        "/ step_rate * tempo / 60",
        "/ step_rate",
    ),
    Fault(
        "any number of a caption is its tempo",
        "text_to_music/captions.py",
        "[number for number in numbers if _is_tempo(number)]",
        "list(numbers)",
    ),
    Fault(
        "the clips of a recording lose its caption",
        "corpora/recordings.py",
        'self._captions.get(recording.name, "")',
        '""',
    ),
    # Metrics
    Fault("perplexity to the wrong base", "metrics/codes.py", "np.log(share)", "np.log2(share)"),
    Fault(
        "a run crosses from one tune into the next",
        "metrics/copying.py",
        "np.append(s, top + 1 + k)",
        "np.append(s, top + 1)",
    ),
    Fault(
        "an n-gram counts only with a token to spare",
        "metrics/copying.py",
        "(windows >= n)",
        "(windows > n)",
    ),
    Fault(
        "a 90 % interval is called a 95 % interval",
        "metrics/statistics.py",
        "np.percentile(values[draws].mean(axis=1), [2.5, 97.5])",
        "np.percentile(values[draws].mean(axis=1), [5, 95])",
    ),
    Fault(
        "the distortion ratio depends on the scale",
        "metrics/spectral.py",
        "(estimate @ reference) / energy * reference",
        "reference",
    ),
]
