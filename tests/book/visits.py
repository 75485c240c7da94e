"""A visit to a page: load it as a reader would, and write down all that it does."""

from dataclasses import dataclass, field

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

SERIOUS = {"serious", "critical"}
THEMES = ["light", "dark"]  # one of them is set when the theme's own script has run
# Until it knows its duration, a player has no button that one could reach.
PLAYERS_ARE_READY = """
() => [...document.querySelectorAll("audio[preload=metadata]")].every((one) => one.readyState)
"""
# Sounds that take SLOWER times as long: a busy machine comes to no sound's end before a test has
# looked. What is scheduled by the slow clock is past by the browser's own, so it begins at once.
SLOWER = 10
SLOW_SOUND = f"""
{{
  const clock = Object.getOwnPropertyDescriptor(BaseAudioContext.prototype, "currentTime").get;
  Object.defineProperty(BaseAudioContext.prototype, "currentTime", {{
    get() {{ return clock.call(this) / {SLOWER}; }},
  }});
  const start = AudioBufferSourceNode.prototype.start;
  AudioBufferSourceNode.prototype.start = function (...details) {{
    this.playbackRate.value = 1 / {SLOWER};
    return start.apply(this, details);
  }};
  addEventListener("play", (event) => {{ event.target.playbackRate = 1 / {SLOWER}; }}, true);
}}
"""
# One after the other, as a reader would; the limit is for a machine that does other things too.
PLAY_ALL = """
async (players) => {
  const played = [];
  for (const player of players) {
    player.muted = true;
    const wait = new Promise((done) => setTimeout(() => done("does not play"), 600000));
    const moves = new Promise((done) => player.addEventListener("timeupdate", () => {
      if (player.currentTime > 0) done("plays");
    }));
    const result = await Promise.race([player.play().then(() => moves, String), wait]);
    player.pause();
    played.push([player.ariaLabel ?? "", player.duration, result]);
  }
  return played;
}
"""


@dataclass
class Visit:
    """What a page did while it was loaded and stood open.

    Attributes:
        page: the page, still open.
        errors: what it wrote to the console as an error, and exceptions that nobody caught.
        requests: the addresses that it asked for.
        failed: those that could not be had.
        weights: bytes by address of what came back.
    """

    page: Page
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    weights: dict[str, int] = field(default_factory=dict)

    def violations(self) -> list[str]:
        """Return what axe-core finds that keeps people from using the page."""
        found = Axe().run(self.page, options={"resultTypes": ["violations"]})
        return [
            f"{rule['id']}: {node['target']}: {node['failureSummary']}"
            for rule in found.response["violations"]
            if rule["impact"] in SERIOUS
            for node in rule["nodes"]
        ]


def visit(browser: Browser, address: str, **options) -> Visit:
    """Open a page and wait until it is at rest. Its sounds will play slowly: see `SLOW_SOUND`.

    Args:
        browser: it opens the page with empty storage.
        address: of the page.
        options: of the context, such as `viewport` and `color_scheme`.
    """
    page = browser.new_context(**options).new_page()
    page.add_init_script(SLOW_SOUND)
    seen = Visit(page)

    def finished(request) -> None:
        # A player may leave off in the middle of its file, which is no weight of the page.
        if request.resource_type != "media" and request.url.startswith("http"):
            seen.weights[request.url] = len(request.response().body())

    page.on("console", lambda line: line.type == "error" and seen.errors.append(line.text))
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.on("request", lambda request: seen.requests.append(request.url))
    page.on("response", lambda r: r.status >= 400 and seen.failed.append(f"{r.status} {r.url}"))
    page.on("requestfailed", lambda request: note_failure(seen, request))
    page.on("requestfinished", finished)
    page.goto(address, wait_until="load")
    # The book's root sends on to its start page.
    page.wait_for_function("!document.querySelector('meta[http-equiv=Refresh]')")
    # What a page loads when it has been at rest for a while, it loads at once for a test.
    page.evaluate("document.dispatchEvent(new Event('refimpl-load-all'))")
    page.wait_for_load_state("networkidle")
    page.wait_for_function(f"{THEMES}.includes(document.documentElement.dataset.theme)")
    page.wait_for_function(PLAYERS_ARE_READY)
    return seen


def note_failure(seen: Visit, request) -> None:
    """A browser breaks off a sound's file once it knows its duration; all else is a failure."""
    if request.resource_type != "media" or request.failure != "net::ERR_ABORTED":
        seen.failed.append(f"{request.failure} {request.url}")
