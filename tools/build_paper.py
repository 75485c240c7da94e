"""The built book on paper: `make pdf` writes `_build/pdf`, `make epub` `_build/epub`.

    python tools/build_paper.py pdf
    python tools/build_paper.py pdf lessons/03-k-means-vector-quantization
    python tools/build_paper.py epub

Chromium reads the pages that `make book` has built, and it is needed here.
"""

import argparse
import datetime
import sys
import time
from pathlib import Path

import yaml
from bookpaper.epub import make_epub
from bookpaper.pdf import make_pdfs
from bookpaper.reading import PaperFailed, opened_book, page_names, published_at

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "_build"


def main() -> int:
    """Write the files that are asked for; the exit status is 1 where that fails."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("kind", choices=["pdf", "epub"])
    parser.add_argument("names", nargs="*", help="pages, such as lessons/01-audio-basics; else all")
    parser.add_argument("--html", type=Path, default=BUILD / "html", help="the built book")
    parser.add_argument("--toc", type=Path, default=BUILD / "source/_toc.yml", help="its contents")
    parser.add_argument("--out", type=Path, default=BUILD, help="folder for pdf/ and epub/")
    args = parser.parse_args()
    start = time.perf_counter()
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    title, author, address = config["title"], config["author"], published_at(ROOT)
    try:
        names = args.names or page_names(args.html, args.toc)
        with opened_book(args.html, address) as opened:
            if args.kind == "pdf":
                path, *_ = make_pdfs(opened, names, args.out / "pdf", title, address)
            else:
                now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
                path = make_epub(
                    opened,
                    names,
                    args.html,
                    args.out / "epub/book.epub",
                    title=title,
                    author=author,
                    address=address,
                    modified=now,
                )
    except (PaperFailed, OSError) as error:
        print(f"paper: not made: {error}", file=sys.stderr)
        return 1
    print(f"paper: {path} ({len(names)} pages of the book, {time.perf_counter() - start:.0f} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
