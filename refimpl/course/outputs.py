"""Which outputs of an executed cell a solution notebook stores: text, without what changes."""

import re

from nbformat import NotebookNode

from refimpl.errors import UserError

# nbval does not compare these cells, so what they print is not stored either.
RANDOM_TAGS = {"nbval-ignore-output", "NBVAL_IGNORE_OUTPUT"}
ADDRESS = re.compile(r"\bat 0x[0-9a-f]{6,}")


def stored(cell: NotebookNode) -> list[NotebookNode]:
    """Return a code cell's outputs as a solution notebook stores them.

    Pictures, players and widgets keep only their one-line text, which tells that something was
    shown. Warnings are left out, since they change with versions, and so is HTML without a text.

    Raises:
        UserError: An output holds an address in memory, which is different in every run.
    """
    if RANDOM_TAGS & set(cell.metadata.get("tags", [])):
        return []
    kept: list[NotebookNode] = []
    for output in cell.outputs:
        if output.output_type == "stream":
            if output.name == "stderr":
                continue
            if kept and kept[-1].output_type == "stream":
                # A kernel may send one print in two pieces.
                kept[-1].text += output.text
            else:
                kept.append(output)
        elif output.output_type in ("display_data", "execute_result"):
            if list(output.data) == ["text/html"]:
                continue
            output.data = {"text/plain": output.data.get("text/plain", "")}
            output.metadata = {}
            kept.append(output)
    for output in kept:
        text = output.get("text") or output.data["text/plain"]
        if ADDRESS.search(text):
            raise UserError(f"a cell prints an address in memory, new in every run: {text[:100]!r}")
    return kept
