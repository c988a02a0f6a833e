"""The look holds: contrast in both themes, colours only from the tokens, the classes promised to builders."""

from __future__ import annotations

import re
from itertools import chain

import pytest

from tests.source import ROOT

TOKENS = (ROOT / "static" / "css" / "tokens.css").read_text()
STYLES = sorted((ROOT / "static" / "css").glob("*.css"))

COMMENT_OR_PICTURE = re.compile(r"/\*.*?\*/|url\(\".*?\"\)", re.DOTALL)

# What is written on what. Text needs 4.5:1 (WCAG 2.2, 1.4.3); edges that say something need 3:1 (1.4.11).
TEXT_ON = {
    "paper": ["ink", "quiet", "action", "action-strong", "critical", "high", "medium", "at-risk", "good", "bad"],
    "raised": ["ink", "quiet", "action"],
    "sunken": ["ink", "quiet"],
    "action-wash": ["ink", "action-strong"],
    "good-wash": ["ink"],
    "careful-wash": ["ink"],
    "bad-wash": ["ink", "bad"],
    "hatch": ["ink"],
    "action": ["on-action"],
    "action-strong": ["on-action"],
    "breached": ["on-breached"],
    "ink": ["paper"],
}
EDGES_ON_PAPER = ["edge", "action", "bad", "thin-hatch", *(f"hue-{number}" for number in range(10))]


def tokens(theme: str) -> dict[str, str]:
    """Colours by name as that theme shows them."""
    found = dict(re.findall(r"--([\w-]+): (light-dark\(.*?\)|var\(--[\w-]+\));", TOKENS))
    number = {"light": 0, "dark": 1}[theme]

    def colour(value: str) -> str:
        if value.startswith("var("):
            return colour(found[value[6:-1]])
        return re.findall(r"#[0-9a-f]{6}", value)[number]

    return {name: colour(value) for name, value in found.items() if not name.startswith("bs-")}


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_measured_right():
    assert round(contrast("#ffffff", "#000000"), 2) == 21
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_can_be_read_on_what_it_stands(theme):
    colours = tokens(theme)
    pairs = [(text, ground) for ground, texts in TEXT_ON.items() for text in texts]
    pairs += [("on-hue", f"hue-{number}") for number in range(10)]
    faint = [(*pair, round(contrast(colours[pair[0]], colours[pair[1]]), 2)) for pair in pairs]
    assert [row for row in faint if row[2] < 4.5] == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_edges_that_say_something_can_be_seen(theme):
    colours = tokens(theme)
    faint = {name: round(contrast(colours[name], colours["paper"]), 2) for name in EDGES_ON_PAPER}
    assert {name: ratio for name, ratio in faint.items() if ratio < 3} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_ten_people_have_ten_hues(theme):
    colours = tokens(theme)
    assert len({colours[f"hue-{number}"] for number in range(10)}) == 10


def test_colours_are_named_once():
    """A colour of its own in another file would have no dark value and no tested contrast."""
    bare = {
        path.name: re.findall(
            r"#[0-9a-fA-F]{3,8}\b|rgba?\((?!0 0 0)", re.sub(r"/\*.*?\*/|url\(.*?\)", "", path.read_text(), flags=re.S)
        )
        for path in STYLES
        if path.name != "tokens.css"
    }
    assert {name: colours for name, colours in bare.items() if colours} == {}


def test_every_token_that_is_used_exists():
    known = set(re.findall(r"--([\w-]+)\s*:", "".join(path.read_text() for path in STYLES)))
    used = chain.from_iterable(re.findall(r"var\(--([\w-]+)", path.read_text()) for path in STYLES)
    assert {name for name in used if name not in known} == set()


def test_the_classes_promised_to_builders_are_there():
    base = (ROOT / "static" / "css" / "base.css").read_text().split("*/", 1)[1] + TOKENS
    promised = ["person", "chip", "severity", "shape-diamond", "shape-triangle", "shape-circle", "clock", "block"]
    promised += ["block-primary", "block-secondary", "is-cover", "is-gap", "is-thin", "is-mine", "is-draft", "empty"]
    promised += ["facts", "toolbar", "panel", "table", *(f"hue-{number}" for number in range(10))]
    assert [name for name in promised if not re.search(rf"\.{name}\b", base)] == []
