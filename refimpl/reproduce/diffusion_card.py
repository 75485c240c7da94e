"""The part of the model card that is about the diffusion model, from the facts in its folder."""

from __future__ import annotations

from refimpl.diffusion import load_diffusion


def diffusion_section() -> str:
    """Describe the diffusion model that comes with the package."""
    saved = load_diffusion()
    facts, shape = saved.facts, saved.model.network.config
    millions = sum(weight.numel() for weight in saved.model.parameters()) / 1e6
    branch = sum(weight.numel() for weight in saved.branch.parameters()) / 1e6
    lines = [
        "## `diffusion`",
        "",
        f"Made by `{facts['command']}`. It writes four bars at once, as the latents of `neural`'s"
        " codec without their quantizer (`refimpl.diffusion.load_diffusion`).",
        "",
        f"- **Model:** a transformer of {shape.n_layers} layers, {shape.hidden_size} wide, with"
        f" {millions:.2f} million parameters; it predicts the {saved.model.parametrisation.name}"
        f" on the {saved.model.schedule.name} schedule, for {shape.n_steps} steps of"
        f" {shape.latent_dim} numbers.",
        f"- **Training:** {facts['steps']:,} steps of 16 clips on {facts['tunes']:,} tunes of level"
        f" 1, {facts['core_seconds']} s of one CPU core; averaged weights, stored in 8 bits. The"
        f" loss on held-out tunes, of the weights that are not averaged, is"
        f" {facts['validation_loss']:.3f}.",
        f"- **Control:** a branch of {branch:.2f} million parameters, trained for"
        f" {facts['control_core_seconds']:g} s, is told the melody, the chords and what is known"
        " around a gap; each may be left out.",
        f"- **Few steps:** a model distilled to {facts['few_steps']} steps in"
        f" {facts['few_steps_core_seconds']:g} s, with a guidance of"
        f" {facts['guidance_of_few_steps']:g} in it.",
        "- **It knows** this corpus: one tempo, four bars, twelve major keys, a melody and a bass.",
        "",
        "[The page about diffusion](results-diffusion.md) has measures of it.",
    ]
    return "\n".join(lines) + "\n"
