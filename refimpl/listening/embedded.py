"""A listening test inside a notebook, and inside the page that a book makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path

from refimpl.files import make_folder, replace_json
from refimpl.listening.design import ListeningTest
from refimpl.listening.site import PageOptions, page_with_sounds

STYLE = "width: 100%; height: 42rem; border: 1px solid #8886; border-radius: .3rem"


@dataclass(frozen=True)
class EmbeddedTest:
    """A test that a cell shows as its last value.

    Attributes:
        page: HTML of the whole test, with its sounds.
        title: of the test.
    """

    page: str
    title: str

    def _repr_html_(self) -> str:
        """Put the page into a frame, so that neither page changes the other's style."""
        return (
            f'<iframe class="refimpl-page" title="{escape(self.title)}" loading="lazy" '
            f'allow="autoplay; clipboard-write" style="{STYLE}" '
            f'srcdoc="{escape(self.page)}"></iframe>'
        )


def embed_test(
    test: ListeningTest,
    key: str | Path,
    options: PageOptions | None = None,
    *,
    seed: int = 0,
) -> EmbeddedTest:
    """Show a small listening test in a notebook.

    Args:
        test: made by `design_test`, at a sample rate of MP3, such as 22050 Hz. All sounds become a
            part of the notebook, so give few and short ones.
        key: the file to write, which says what each sound is: `refimpl listening-test --analyse`
            needs it.
        options: what the page says.
        seed: of the names of sounds and of the orders.
    Returns:
        The test, which a cell shows as its last value.
    Raises:
        ListeningError: see `page_with_sounds`.

    Taught in lesson 11.
    """
    options = options or PageOptions()
    page, named = page_with_sounds(test, options, seed=seed)
    make_folder(Path(key).parent)
    replace_json(Path(key), named)
    return EmbeddedTest(page, options.title)
