"""How soon a reader on a slow line hears something: the start page and each lesson.

    make book
    python benchmarks/first_sound.py
    python benchmarks/first_sound.py --megabits 0.4

Chromium emulates the line: 1.6 Mbit/s both ways and 150 ms to and fro, with an empty cache. A clock
runs from the click on a page's address until its first sound plays. The floor is the same sound on
an empty page; the ratio to it is what the page itself costs. The goals at 1.6 Mbit/s are 4 s for
the start page and 6 s for a lesson. `tests/book/test_start_page.py` holds the bytes that decide.
"""

import argparse
import contextlib
import sys
import threading
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests.browsing import BROWSERS, FLAGS, shutil  # noqa: E402

GOALS = {"start": 4.0, "lesson": 6.0}  # seconds
ROUND_TRIP = 150  # milliseconds
PATIENCE = 120_000
FIRST_PLAYS = """
async () => {
  const player = document.querySelector("audio");
  player.muted = true;
  player.scrollIntoView();
  const moves = new Promise((done) => player.addEventListener("timeupdate", () => {
    if (player.currentTime > 0) done();
  }));
  await player.play();
  await moves;
  return new URL(player.currentSrc, document.baseURI).href;
}
"""


class Handler(SimpleHTTPRequestHandler):
    """Serves the book, and at /empty a page that holds one player."""

    def log_message(self, *args) -> None:
        pass

    def do_GET(self) -> None:  # noqa: N802  (the server's name for it)
        if not self.path.startswith("/empty?"):
            return super().do_GET()
        text = f'<!doctype html><title>.</title><audio src="{self.path.split("?")[1]}"></audio>'
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(text.encode())
        return None


@contextlib.contextmanager
def served(folder: Path):
    """Serve a folder; yield its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def until_it_sounds(browser: Browser, address: str, megabits: float) -> tuple[float, str]:
    """Return the seconds until the first sound of a page plays, and the sound's address."""
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    rate = megabits * 1e6 / 8  # bytes a second
    line = {"offline": False, "latency": ROUND_TRIP}
    line |= {"downloadThroughput": rate, "uploadThroughput": rate}
    context.new_cdp_session(page).send("Network.emulateNetworkConditions", line)
    begun = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.wait_for_selector("audio", state="attached")
    sound = page.evaluate(FIRST_PLAYS)
    seconds = time.perf_counter() - begun
    context.close()
    return seconds, sound


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--html", type=Path, default=ROOT / "_build/html", help="the built book")
    parser.add_argument("--megabits", type=float, default=1.6, help="of the line, a second")
    parser.add_argument("--turns", type=int, default=3, help="the median counts (default: 3)")
    given = parser.parse_args()
    pages = [given.html / "book/index.html", *sorted(given.html.glob("lessons/*.html"))]
    if not pages[0].exists():
        sys.exit(f"{given.html} holds no book: run `make book` first, or give --html")
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        sys.exit(f"no browser: install one of {', '.join(BROWSERS)}")
    with served(given.html) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        print(f"{given.megabits:g} Mbit/s, {ROUND_TRIP} ms: seconds until the first sound plays")
        for page in pages:
            name = page.relative_to(given.html).as_posix()
            goal = GOALS["start" if name.startswith("book/") else "lesson"]
            turns, floors = [], []
            for _ in range(given.turns):
                seconds, sound = until_it_sounds(browser, f"{address}/{name}", given.megabits)
                empty = f"{address}/empty?{sound.removeprefix(address)}"
                turns.append(seconds)
                floors.append(until_it_sounds(browser, empty, given.megabits)[0])
            middle, floor = (sorted(all_)[len(all_) // 2] for all_ in (turns, floors))
            print(
                f"{name:44}{middle:7.1f}  floor {floor:.1f}  ratio {middle / floor:.1f}"
                f"  goal {goal:g}{'' if middle <= goal else '  MISSED'}"
            )


if __name__ == "__main__":
    main()
