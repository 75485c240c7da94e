"""A nested state as plain JSON plus named tensors, so that no pickle is needed to store it.

A pickle can run code when it is read. JSON and safetensors cannot.
"""

from typing import Any

import numpy as np
import torch

TENSOR, ARRAY = "__tensor__", "__array__"


def flatten_state(state: Any, tensors: dict[str, torch.Tensor], name: str = "state") -> Any:
    """Move the tensors and arrays out of a nested state.

    Args:
        state: dictionaries with string keys, lists, tensors, arrays and what JSON knows.
        tensors: receives each tensor or array under its path, such as "state.optimizer.step".
        name: the path of `state` itself.

    Returns:
        The same nesting with a reference in the place of each tensor; JSON can hold it.

    Raises:
        TypeError: something in it is neither.
    """
    if isinstance(state, torch.Tensor):
        # A clone: two tensors that share memory could not be stored one beside the other.
        tensors[name] = state.detach().cpu().clone().contiguous()
        return {TENSOR: name}
    if isinstance(state, np.ndarray):
        tensors[name] = torch.from_numpy(np.array(state))
        return {ARRAY: name}
    if isinstance(state, dict):
        wrong = [key for key in state if not isinstance(key, str)]
        if wrong:
            raise TypeError(f"{name}: the key {wrong[0]!r} of a saved state is not a string")
        return {key: flatten_state(value, tensors, f"{name}.{key}") for key, value in state.items()}
    if isinstance(state, list | tuple):
        return [flatten_state(value, tensors, f"{name}.{i}") for i, value in enumerate(state)]
    if isinstance(state, np.generic):
        return state.item()
    if state is None or isinstance(state, bool | int | float | str):
        return state
    raise TypeError(f"{name}: a {type(state).__name__} cannot be saved in a checkpoint")


def restore_state(plain: Any, tensors: dict[str, torch.Tensor]) -> Any:
    """Undo `flatten_state` (tuples come back as lists, NumPy's numbers as Python's)."""
    if isinstance(plain, dict):
        if plain.keys() == {TENSOR}:
            return tensors[plain[TENSOR]]
        if plain.keys() == {ARRAY}:
            return tensors[plain[ARRAY]].numpy()
        return {key: restore_state(value, tensors) for key, value in plain.items()}
    if isinstance(plain, list):
        return [restore_state(value, tensors) for value in plain]
    return plain
