"""The reference: a page for each module of `refimpl`, made from its docstrings.

An entry leads to the lessons that teach and use it and to its source; a lesson's page leads back.
"""

import ast
import re
from collections.abc import Iterable
from pathlib import Path

import yaml

from bookbuild.citations import BIBLIOGRAPHY, Works
from bookbuild.commands import help_text
from bookbuild.docstrings import inline, number_links, summary, to_markdown
from bookbuild.lessons import resolve
from bookbuild.package import PACKAGE, Entry, Module, find, read_package

FOLDER = "api"
IDENTIFIER = re.compile(r"[A-Za-z_][\w.]*(\(\))?")
TITLE = "# Reference of `refimpl`"
INTRO = """The package reads in the order of the lessons, and data flows one way through it:
waveform → mel frames → token ids → batches → model → token ids → mel frames → waveform. These
pages are made from its docstrings. What an array holds is said by its shape, such as
`(n_frames, n_mels)`: frames come first, features last."""


class Reference:
    """All that the package offers, by full name.

    Args:
        root: the project's folder.
        lessons: the lessons' pages, by number.
        used: in which lessons each name is imported.
    """

    def __init__(self, root: Path, lessons: dict[int, str], used: dict[str, list[int]]):
        self.lessons = lessons
        self.modules = read_package(root)
        self.source = source_address(root)
        self.works = Works(root / BIBLIOGRAPHY)
        self.entries = {e.full: e for module in self.modules for e in module.entries}
        self.elsewhere: dict[str, str] = {}  # a name that a module takes over, and its entry
        for module in self.modules:
            for entry in list(module.entries):
                home = f"{top_module(entry.path)}.{entry.name}"
                if home != entry.full and home in self.entries:
                    self.elsewhere[entry.full] = home
                    module.entries.remove(entry)
                    del self.entries[entry.full]
        self.targets = self.classes_and_methods()
        for entry in self.entries.values():
            for one in [entry, *entry.members]:
                one.signature = self.with_full_names(one.signature, root / entry.path)
        self.used = {name: [] for name in self.entries}
        # A lesson may go past a package's front and take a name from one of its modules.
        for name, numbers in used.items():
            if full := self.entry_of(root, name):
                self.used.setdefault(full, [])
                self.used[full] = sorted({*self.used[full], *numbers})

    def classes_and_methods(self) -> dict[str, str]:
        """Return the full names of what can be named without its module, such as "Codebook.fit"."""
        found: dict[str, list[str]] = {}
        for entry in self.entries.values():
            if entry.kind in ("class", "exception"):
                for one in [entry, *entry.members]:
                    short_name = one.full.removeprefix(entry.full.removesuffix(entry.name))
                    found.setdefault(short_name, []).append(one.full)
        return {name: full for name, (full, *others) in found.items() if not others}

    def with_full_names(self, signature: str, path: Path) -> str:
        """Return a signature whose types say their module, where classes of one name are several.

        Sphinx shows a name after "~" without its module, and links it to the right class.
        """
        names = [entry.name for entry in self.entries.values() if entry.kind == "class"]
        several = {name for name in names if names.count(name) > 1}
        if not any(re.search(rf"\b{name}\b", signature) for name in several):
            return signature
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for alias in node.names if isinstance(node, ast.ImportFrom) else []:
                front = ".".join((node.module or "").split(".")[:2])
                full = f"{front}.{alias.name}"  # under which it has its entry
                if alias.name in several and full in self.entries:
                    signature = re.sub(rf"(?<![\w.]){alias.name}\b", f"~{full}", signature)
        return signature

    def entry_of(self, root: Path, name: str) -> str | None:
        """Return under which name an imported name has its entry; it gets one if it has none."""
        name = self.elsewhere.get(name, name)
        if name in self.entries:
            return name
        home, _, last = name.rpartition(".")
        module = next((m for m in self.modules if home.startswith(m.name + ".")), None)
        if module is None or last.startswith("_"):
            return None
        if f"{module.name}.{last}" in self.entries:
            return f"{module.name}.{last}"
        try:
            entry = find(root, home, last)
        except LookupError:
            return None  # a module, not a name
        entry.full = name
        for member in entry.members:
            member.full = f"{name}.{member.name}"
        module.entries.append(entry)
        self.entries[name] = entry
        return name

    def pages(self) -> dict[str, str]:
        """Return the pages' texts by their paths in the book."""
        if not self.modules:
            return {}
        texts = {f"{FOLDER}/{short(module)}.md": self.page(module) for module in self.modules}
        texts[f"{FOLDER}/index.md"] = self.overview()
        return {path: resolve(text, self.lessons) for path, text in texts.items()}

    def overview(self) -> str:
        """Return the page that lists the modules."""
        rows = [
            f"* - [`{short(module)}`]({short(module)}.md)\n"
            f"  - {inline(summary(module.doc), no_link)}\n"
            f"  - {self.lessons_of(module)}"
            for module in self.modules
        ]
        head = "```{list-table}\n:header-rows: 1\n\n* - Module\n  - What it holds\n  - Lessons"
        return "\n".join([f"{TITLE}\n\n{INTRO}\n", head, *rows, "```", ""])

    def lessons_of(self, module: Module) -> str:
        """Return links to the lessons that use a module."""
        numbers = {number for entry in module.entries for number in self.used[entry.full]}
        return ", ".join(number_links(str(number)) for number in sorted(numbers)) or "–"

    def page(self, module: Module) -> str:
        """Return the page of a module."""
        parts = [
            f"---\nsource: {module.path}\n---",
            f"# `{module.name}`",
            to_markdown(module.doc, self.linker(module), self.works),
        ]
        if taken := [full for full in self.elsewhere if full.startswith(f"{module.name}.")]:
            names = ", ".join(role(f.rpartition(".")[2], self.elsewhere[f]) for f in taken)
            parts.append(f"From other modules, and importable here too: {names}.")
        for entry in module.entries:
            home = entry.full.rpartition(".")[0]
            parts.append(f"```{{py:currentmodule}} {home}\n```")
            parts.append(self.entry(entry, module))
        if short(module) == "cli":
            parts.append(help_text())
        return "\n\n".join(filter(None, parts)) + "\n"

    def entry(self, entry: Entry, module: Module, fence: str = "::::") -> str:
        """Return what is said of a name, in the form that Sphinx keeps an index of."""
        link = self.linker(module, entry)
        directive, options = f"py:{entry.kind}", ""
        name = ".".join(entry.full.split(".")[-2:]) if is_member(entry) else entry.name
        signature = f"{name}{entry.signature}"
        if entry.kind in ("property", "data"):
            options, signature = typed(entry), name
        text = to_markdown(entry.doc, link, self.works)
        if entry.bases:
            bases = ", ".join(link(base) or f"`{base}`" for base in entry.bases)
            text = f"{text}\n\nExtends {bases}."
        members = [self.entry(member, module, ":::") for member in entry.members]
        parts = [text, *members, "" if is_member(entry) else self.remark(entry)]
        body = "\n\n".join(filter(None, parts))
        return f"{fence}{{{directive}}} {signature}\n{options}\n{body}\n{fence}"

    def remark(self, entry: Entry) -> str:
        """Return the line below an entry: where it is used, and where its source is."""
        facts = []
        if numbers := self.used[entry.full]:
            word = "lesson" if len(numbers) == 1 else "lessons"
            facts.append(f"Used in {word} {', '.join(number_links(str(n)) for n in numbers)}.")
        address = f"{self.source}/{entry.path}#L{entry.line}"
        facts.append(f"[Source of `{entry.name}`]({address})")
        return f"```{{div}} page-remark\n{' '.join(facts)}\n```"

    def linker(self, module: Module, entry: Entry | None = None):
        """Return what turns a name in a docstring into a link to its entry."""
        own = {entry.name, *entry.arguments} if entry else set()

        def link(name: str) -> str | None:
            plain = name.removesuffix("()")
            if not IDENTIFIER.fullmatch(name) or plain in own:
                return None
            for full in (f"{module.name}.{plain}", f"{PACKAGE}.{plain}", plain):
                full = self.elsewhere.get(full, full)
                if full in self.entries:
                    return role(name, full)
                if any(full == other.name for other in self.modules):
                    return f"[`{name}`]({full.rpartition('.')[2]}.md)"
            return role(name, self.targets[plain]) if plain in self.targets else None

        return link

    def of_lesson(self, number: int) -> str:
        """Return what a lesson's page says at its end of the names that it imports, or nothing."""
        rows = []
        for module in self.modules:
            entries = [e for e in module.entries if number in self.used[e.full]]
            said = "; ".join(f"{role(e.name, e.full)}" for e in entries)
            if entries:
                rows.append(f"- [`{module.name}`](../{FOLDER}/{short(module)}.md): {said}")
        if not rows:
            return ""
        head = (
            "## Names of the package in this lesson\n\n"
            "What this lesson imports of `refimpl`, each with its entry in the "
            f"[reference](../{FOLDER}/index.md):\n\n"
        )
        return head + "\n".join(rows)


def top_module(path: str) -> str:
    """Return the module at the top of the package to which a file belongs."""
    return f"{PACKAGE}.{Path(path).with_suffix('').parts[1]}"


def no_link(name: str) -> None:
    """Link nothing."""


def typed(entry: Entry) -> str:
    """Return the type of a property or the value of a constant, as an option of its directive."""
    kind, _, text = entry.signature.partition("=" if entry.kind == "data" else ":")
    option = "value" if entry.kind == "data" else "type"
    return f":{option}: {text.strip()}\n" if text.strip() else ""


def is_member(entry: Entry) -> bool:
    """Tell whether an entry belongs to a class."""
    return entry.kind in ("method", "property")


def short(module: Module) -> str:
    """Return a module's name without the package's."""
    return module.name.rpartition(".")[2]


def role(shown: str, full: str) -> str:
    """Return a link to an entry."""
    return f"{{py:obj}}`{shown} <{full}>`"


def source_address(root: Path) -> str:
    """Return where the repository shows its files."""
    config = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    repository = config.get("repository", {})
    return f"{repository.get('url', '')}/blob/{repository.get('branch', 'main')}"


def toc_sections(modules: Iterable[Module]) -> list[dict[str, str]]:
    """Return the modules' pages as entries of the table of contents."""
    return [{"file": f"{FOLDER}/{short(module)}"} for module in modules]
