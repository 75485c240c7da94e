"""The part of the model card that is about the joint embedding, from the facts in its folder."""

from __future__ import annotations

import json

from refimpl.audio_text.saved import shipped_folder


def embedding_section() -> str:
    """Describe the joint embedding that comes with the package, as it was measured when made."""
    facts = json.loads((shipped_folder() / "config.json").read_text(encoding="utf-8"))["facts"]
    found = facts["measured"]
    lines = [
        "## `embedding`",
        "",
        "Made by `python -m refimpl.audio_text --out refimpl/checkpoints/embedding`. It writes no "
        "music: it turns sounds and captions into vectors, which agree where a caption fits a "
        "sound (`refimpl.audio_text.load_embedding`).",
        "",
        f"- **Training:** {facts['steps']} steps on {facts['tunes']} tunes of each level, "
        f"{facts['core_seconds']} s of one CPU core.",
        "- **It hears:** key, tempo, instruments, mood, register and style of this corpus. It has "
        "heard no recording and no voice, and hears no order of events beyond half a second.",
        "",
        f"On {facts['tested']} held-out tunes with different captions, in the words of training, "
        "in sentences that training never saw, and in such sentences with words that it never saw:",
        "",
        f"| | {' | '.join(found)} |",
        f"| --- |{' --- |' * len(found)}",
    ]
    for name in next(iter(found.values())):
        lines.append(f"| {name} | {' | '.join(f'{one[name]:.2f}' for one in found.values())} |")
    return "\n".join(lines) + "\n"
