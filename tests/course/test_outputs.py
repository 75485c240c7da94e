"""Which outputs a solution notebook stores."""

import pytest
from nbformat import v4

from refimpl.course.outputs import stored
from refimpl.errors import UserError


def cell(*outputs, tags=()):
    made = v4.new_code_cell("...", outputs=list(outputs))
    made.metadata["tags"] = list(tags)
    return made


def test_text_is_kept_and_joined():
    first, second = (v4.new_output("stream", name="stdout", text=text) for text in ("one\n", "two"))
    assert [output.text for output in stored(cell(first, second))] == ["one\ntwo"]


def test_warnings_are_left_out():
    assert stored(cell(v4.new_output("stream", name="stderr", text="deprecated"))) == []


def test_pictures_and_players_keep_only_their_line_of_text():
    picture = v4.new_output(
        "display_data", {"text/plain": "<Figure size 640x480>", "image/png": "…", "text/html": "…"}
    )
    assert stored(cell(picture))[0].data == {"text/plain": "<Figure size 640x480>"}


def test_nothing_is_stored_of_a_cell_that_is_marked_as_random():
    random = v4.new_output("stream", name="stdout", text="0.123")
    assert stored(cell(random, tags=["nbval-ignore-output"])) == []


def test_an_address_in_memory_is_an_error():
    address = v4.new_output("execute_result", {"text/plain": "<Thing at 0x7f3a55d0c1d0>"})
    with pytest.raises(UserError, match="address"):
        stored(cell(address))
