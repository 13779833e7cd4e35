"""What the templates, style sheets and scripts of the pages may not have, and how heavy the vendored ones are."""

import gzip
import hashlib
import re

import pytest

from tests.places import DOCS, MONITOR, ROOT, TESTS

WEB = MONITOR / "web"
TEMPLATES = sorted([*WEB.rglob("*.j2"), *WEB.rglob("*.html")])
STATIC = sorted(path for path in WEB.rglob("static/**/*") if path.is_file())
VENDORED = WEB / "static" / "VENDORED.md"
AXE = TESTS / "browser" / "axe"
TEXTS = {".css", ".js", ".svg", ".j2", ".html"}

FORBIDDEN = {
    "an attribute style=": re.compile(r"<[^>]*\sstyle\s*=", re.I),
    "a script within the page": re.compile(r"<script(?![^>]*\ssrc=)[^>]*>", re.I),
    "a style sheet within the page": re.compile(r"<style[\s>]", re.I),
    "a handler of events": re.compile(r"<[^>]*\son\w+\s*=", re.I),
    "hx-on, which needs eval": re.compile(r"\bhx-on\b", re.I),
    "js: or javascript:, which need eval": re.compile(r"\b(?:js|javascript):", re.I),
    "a text that is not escaped": re.compile(r"\|\s*safe\b|autoescape\s+false"),
}
HOST = re.compile(r"(?:https?:)?//(?!www\.w3\.org/)[\w-]+(?:\.[\w-]+)+", re.I)
COMMENT = re.compile(r"/\*.*?\*/|<!--.*?-->|\{#.*?#\}", re.S)


def found_in(text: str) -> list[str]:
    """What of FORBIDDEN the text has."""
    return [what for what, pattern in FORBIDDEN.items() if pattern.search(text)]


def test_no_template_has_what_the_pages_policy_forbids() -> None:
    assert TEMPLATES, "there is nothing to look at"
    found = {path.name: what for path in TEMPLATES if (what := found_in(path.read_text(encoding="utf-8")))}
    assert found == {}


@pytest.mark.parametrize(
    "bad",
    [
        '<p class="a"\n style="color:red">',
        "<script>go()</script>",
        "<SCRIPT type=module>",
        "<style>",
        '<a onclick="go()">',
        '<div hx-on:click="go()">',
        '<div hx-vals="js:{a: 1}">',
        '<a href="javascript:go()">',
        "{{ text | safe }}",
        "{% autoescape false %}",
    ],
)
def test_each_forbidden_thing_is_found(bad: str) -> None:
    assert found_in(bad) != []


def test_no_script_keeps_anything_in_the_browser() -> None:
    """Pages show codes and tokens once; whoever sits down at the machine next finds none of them."""
    keeps = re.compile(r"\b(?:local|session)Storage\b|\bindexedDB\b|\bcaches\.|\.cookie\b|serviceWorker")
    scripts = {path.name: path.read_text(encoding="utf-8") for path in STATIC if path.suffix == ".js"}
    assert {"console.js", "htmx.min.js"} <= scripts.keys()
    assert {name: found for name, text in scripts.items() if (found := keeps.findall(text))} == {}


def test_nothing_of_the_pages_names_another_host() -> None:
    found = {
        f"{path.name}: {host[0]}"
        for path in {*TEMPLATES, *STATIC}
        if path.suffix in TEXTS
        for host in HOST.finditer(COMMENT.sub("", path.read_text(encoding="utf-8")))
    }
    assert found == set()


def test_what_was_taken_from_others_is_as_they_made_it_and_has_its_licence() -> None:
    sums = dict(re.findall(r"^\| `(\S+)` .*`([0-9a-f]{64})` \|$", VENDORED.read_text("utf-8"), re.M))
    ours = {"charts.js", "console.css", "console.js", VENDORED.name}
    assert {path.name for path in VENDORED.parent.iterdir() if path.is_file()} - ours == sums.keys()
    assert {name: hashlib.sha256((VENDORED.parent / name).read_bytes()).hexdigest() for name in sums} == sums
    packages = set(
        re.findall(r"^\| `\S+` \| (?:a sprite of outlines of )?(\S+) [\d.]+, ", VENDORED.read_text("utf-8"), re.M)
    )
    assert len(list((VENDORED.parent / "licences").iterdir())) == len(packages) == 4


def test_axe_is_as_its_makers_made_it_and_has_its_licence() -> None:
    lines = (AXE / "SHA256SUMS").read_text().splitlines()
    listed = {name: checksum for checksum, name in (line.split(maxsplit=1) for line in lines)}
    assert {name: hashlib.sha256((AXE / name).read_bytes()).hexdigest() for name in listed} == listed
    assert {path.name for path in AXE.iterdir()} - {"SHA256SUMS"} == listed.keys()


def test_every_style_sheet_keeps_to_its_weight() -> None:
    sheets = [path for path in {*TEMPLATES, *STATIC, *WEB.rglob("*.css")} if path.suffix == ".css"]
    weights = {path.name: len(gzip.compress(path.read_bytes(), 9)) for path in sheets}
    assert {name: weight for name, weight in weights.items() if weight > 8_192} == {}


def test_every_picture_that_the_docs_show_is_there_and_all_of_pages_are_light() -> None:
    shown = re.compile(r"\]\(([\w./-]+\.(?:png|webp|svg))\)")
    pages = [*DOCS.glob("*.md"), ROOT / "README.md"]
    missing = [
        f"{page.name}: {name}"
        for page in pages
        for name in shown.findall(page.read_text(encoding="utf-8"))
        if not (page.parent / name).is_file()
    ]
    assert missing == []
    assert sum(picture.stat().st_size for picture in (DOCS / "pictures" / "console").iterdir()) <= 2_000_000
