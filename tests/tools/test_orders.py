"""The start page's orders, as HTML: a player for every sentence that the choices allow."""

import json
from itertools import product
from pathlib import Path

from bookbuild.orders import of_orders
from bs4 import BeautifulSoup

START = Path(__file__).parents[2] / "book/start"


def test_every_order_has_its_sentence_its_sound_and_its_judgement():
    group = BeautifulSoup(of_orders(START / "orders.json"), "html.parser").select_one(
        ".start-orders"
    )
    choices = json.loads(group["data-orders"])["choices"]
    figures = group.select("figure")
    chosen = [tuple(json.loads(figure["data-chosen"])) for figure in figures]
    assert chosen == list(product(*choices.values()))
    for figure, words in zip(figures, chosen, strict=True):
        assert all(word in figure.figcaption.text for word in words)
        assert figure["data-said"].startswith("What judges of sound find ")
        assert figure.audio["aria-label"].endswith(" s")
        assert (START / figure.audio["src"].removeprefix("../")).stat().st_size > 1000


def test_what_the_judges_miss_is_said():
    orders = json.loads((START / "orders.json").read_text(encoding="utf-8"))["orders"]
    html = of_orders(START / "orders.json")
    for order, figure in zip(
        orders, BeautifulSoup(html, "html.parser").select("figure"), strict=True
    ):
        missed = [name for name, there in order["heard"].items() if not there]
        assert ("wrong: " in figure["data-said"]) == bool(missed)
