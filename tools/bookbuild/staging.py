"""Put the sources of all pages together in one folder, for one edition of the book.

Sphinx reads the pages from there: prose as it is written, lessons with the outputs of this build.
Only what changed is written, so that Sphinx reads only that again. In the edition for a class,
`EDITION=class`, nothing in the folder leads to a solution.
"""

import hashlib
import io
import re
import shutil
from pathlib import Path

import nbformat
import yaml
from PIL import Image

from bookbuild import dial, here, lessons, orders, pages, progress, starting
from bookbuild.api import Reference, toc_sections
from bookbuild.execution import Executed
from refimpl.course import figures

EDITIONS = ("full", "class")
LEFT_OUT = "book/lessons"  # the sources of the lessons, which hold the answers
REFERENCE = "api/index"
# Scripts of the package, one for all the rows and knobs of a page.
FROM_THE_PACKAGE = {
    Path(f"book/static/{name}"): Path(f"refimpl/display/{name}")
    for name in ("compared_sounds.js", "knobs.js")
}
HEAVY = 200_000  # bytes of a picture that is worth making lighter
# In a page, what stands between these two lines is for the edition with solutions.
SOLUTIONS_ONLY = re.compile(
    r"^<!-- with solutions -->\n(.*?)^<!-- end -->\n", re.MULTILINE | re.DOTALL
)


def stage(root: Path, target: Path, edition: str, executed: dict[Path, Executed]) -> None:
    """Bring the folder up to date, and remove from it what does not belong there any more.

    Args:
        root: the project's folder.
        target: where the pages are put together.
        edition: "full", or "class" for one without solutions.
        executed: the results of all notebooks that the edition shows.
    """
    by_number = lessons.pages_by_number(list(executed))
    used = lessons.used_in(lessons.imports(list(executed)))
    reference = Reference(root, by_number, used)

    files = {Path("_config.yml"): (root / "_config.yml").read_bytes()}
    files[Path("_toc.yml")] = contents(root / "_toc.yml", edition, reference).encode()
    for path in (root / "book").rglob("*"):
        name = path.relative_to(root)
        if path.is_file() and not name.as_posix().startswith(f"{LEFT_OUT}/"):
            files[name] = content(path, edition, target.with_name("lighter"))
            if path.suffix == ".md":
                files[name] = with_lessons(files[name].decode(), root, by_number).encode()
    files |= {name: (root / source).read_bytes() for name, source in FROM_THE_PACKAGE.items()}
    for path, result in executed.items():
        files[path.relative_to(root)] = page(path, result, edition, reference).encode()
    files |= {Path(name): text.encode() for name, text in reference.pages().items()}

    for path in list(target.rglob("*")):
        if path.is_file() and path.relative_to(target) not in files:
            path.unlink()
    for name, data in files.items():
        path = target / name
        if not path.exists() or path.read_bytes() != data:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)


def content(path: Path, edition: str, lighter: Path) -> bytes:
    """Return what a file of the book holds in this edition."""
    if path.suffix == ".md":
        return prose(path, edition)
    data = path.read_bytes()
    if path.suffix == ".png" and len(data) > HEAVY:
        return lighter_picture(data, lighter)
    return data


def lighter_picture(data: bytes, kept: Path) -> bytes:
    """Return a drawn picture with 256 colours, which look the same in a third of the bytes.

    Args:
        data: the picture, as PNG.
        kept: folder for results, since finding the colours takes its time.
    """
    path = kept / f"{hashlib.sha256(data).hexdigest()}.png"
    if not path.exists():
        with io.BytesIO() as file:
            Image.open(io.BytesIO(data)).convert("RGB").quantize(256).save(
                file, "PNG", optimize=True
            )
            smaller = file.getvalue()
        kept.mkdir(parents=True, exist_ok=True)
        path.write_bytes(min(data, smaller, key=len))
    return path.read_bytes()


def notebooks(root: Path, edition: str) -> list[Path]:
    """Return the notebooks whose pages the edition shows."""
    found = pages.notebook_names(root / "lessons")
    return found + (pages.notebook_names(root / "solutions") if edition == "full" else [])


def with_lessons(text: str, root: Path, by_number: dict[int, str]) -> str:
    """Return a page with its links to lessons, and the list of their exercises where it has one."""
    if progress.PLACE in text:
        titles = {
            number: (name, progress.title_of(first_cell(root / "lessons" / f"{name}.ipynb")))
            for number, name in by_number.items()
        }
        text = text.replace(progress.PLACE, progress.listed(titles))
    if any(place in text for place in (starting.PLACE, starting.MAP, starting.NUMBER)):
        heads = {n: head(root / "lessons" / f"{name}.ipynb") for n, name in by_number.items()}
        text = starting.with_start(text, root, heads)
    if dial.PLACE in text:
        text = text.replace(dial.PLACE, dial.of_codes(root / "book/start/codes.json"))
    if orders.PLACE in text:
        text = text.replace(orders.PLACE, orders.of_orders(root / "book/start/orders.json"))
    return lessons.resolve(text, by_number)


def first_cell(path: Path) -> str:
    """Return the text of a notebook's first cell."""
    return nbformat.read(path, as_version=4).cells[0].source


def head(path: Path) -> str:
    """Return the text with which a notebook begins: its title, and what follows up to any code."""
    cells = nbformat.read(path, as_version=4).cells
    return "\n\n".join(cell.source for cell in cells[:3] if cell.cell_type == "markdown")


def page(path: Path, result: Executed, edition: str, reference: Reference) -> str:
    """Return the page of an executed notebook, as a notebook's text."""
    notebook = result.into(nbformat.read(path, as_version=4))
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = figures.drawn(cell.source, path.parents[1] / "book/figures")
    if path.parent.name == "solutions":
        built = pages.solution_page(notebook, path.stem, result.seconds)
    else:
        solution = path.stem if edition == "full" else None
        number = int(path.stem[:2])
        built = pages.lesson_page(
            notebook,
            result.seconds,
            solution,
            reference.of_lesson(number),
            number=number,
            strip=here.strip(number, reference.lessons),
        )
    for number, cell in enumerate(built.cells):
        cell.id = f"cell-{number}"  # the same in every build
    return nbformat.writes(built)


def contents(path: Path, edition: str, reference: Reference) -> str:
    """Return the table of contents, without the solutions where the edition has none."""
    toc = yaml.safe_load(path.read_text(encoding="utf-8"))
    for chapter in [chapter for part in toc["parts"] for chapter in part["chapters"]]:
        if chapter.get("glob") == REFERENCE:  # written now, in the order of the lessons
            chapter["file"] = chapter.pop("glob")
            chapter["sections"] = toc_sections(reference.modules)
            continue
        folder, _, name = chapter.get("file", "").partition("/")
        if folder == "lessons" and edition == "full":
            chapter["sections"] = [{"file": f"solutions/{name}", "title": "Solutions"}]
    return yaml.safe_dump(toc, sort_keys=False, allow_unicode=True)


def prose(path: Path, edition: str) -> bytes:
    """Return a page as it is written, without what speaks of solutions where there are none."""
    text = path.read_text(encoding="utf-8")
    return SOLUTIONS_ONLY.sub(r"\1" if edition == "full" else "", text).encode()


def publish_open_notebooks(root: Path, html: Path) -> None:
    """Let the download button of a page give the notebook as it is committed.

    The pages were made of copies with outputs, in which sounds alone take megabytes.
    """
    for path in (html / "_sources").rglob("*.ipynb"):
        shutil.copyfile(root / path.relative_to(html / "_sources"), path)
