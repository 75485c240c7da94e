"""Display: players, pictures with a text alternative, and progress bars.

Every picture and player has a text alternative, `.alt`. A notebook stores it as text, and a screen
reader reads it. Names are imported on first use, so that a progress bar does not wait for
matplotlib.
"""

from importlib import import_module

_HOME = {
    "BLUE": "pictures",
    "ORANGE": "pictures",
    "VERMILLION": "pictures",
    "Picture": "pictures",
    "Player": "players",
    "block_diagram": "block",
    "book_explorer": "explorers.book_explorer",
    "codebook_map": "explorers.codebook_map",
    "compare_mels": "spectrograms",
    "compare_sounds": "compared_sounds",
    "explore": "knobs",
    "explore_temperatures": "explorers.sampling_explorer",
    "is_quiet": "bars",
    "mask_explorer": "explorers.mask_explorer",
    "new_picture": "pictures",
    "pipeline_diagram": "pipeline",
    "play": "players",
    "play_all": "players",
    "plot_layout": "layouts",
    "plot_mel": "spectrograms",
    "plot_tokens": "tokens",
    "plot_waveform": "waveforms",
    "progress_bar": "bars",
    "sampling_explorer": "explorers.sampling_explorer",
    "save_comparison": "spectrograms",
    "similarity_explorer": "explorers.similarity_explorer",
    "stages_explorer": "explorers.stages_explorer",
    "token_explorer": "explorers.token_explorer",
    "words_explorer": "explorers.words_explorer",
}

_FORMERLY = {"progress": "progress_bar"}  # notebooks from before import the old name

__all__ = list(_HOME)


def __getattr__(name: str):
    name = _FORMERLY.get(name, name)
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
