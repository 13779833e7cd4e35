"""Every page of the docs: its links lead somewhere, its pictures are there, and the list of pages has it."""

import re
from pathlib import Path

import pytest

from docs.generator.contents import CODE, Link, anchors, headings, links, sections
from tests.places import DOCS, ROOT

PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md")])
KNOWN = {"console", "dialogue", "ini", "json", "nginx", "promql", "python", "sh", "text", "toml", "yaml"}
FAR = ("https://", "http://", "mailto:")
INDEX = DOCS / "README.md"


def told(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def there(page: Path, link: Link) -> Path:
    path = link.target.partition("#")[0]
    return (page.parent / path).resolve() if path else page


def near(page: Path) -> list[Link]:
    return [link for link in links(told(page)) if not link.target.startswith(FAR)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_what_is_there(page: Path) -> None:
    missing = [f"{page.name}:{link.line}: {link.target}" for link in near(page) if not there(page, link).exists()]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_to_a_place_in_a_page_meets_a_heading(page: Path) -> None:
    missing = [
        f"{page.name}:{link.line}: {link.target}"
        for link in near(page)
        if (place := link.target.partition("#")[2]) and place not in anchors(told(there(page, link)))
    ]
    assert missing == []


def test_every_picture_is_shown_or_linked_somewhere_and_says_what_it_is() -> None:
    seen = {there(page, link) for page in PAGES for link in near(page)}
    unused = [path for path in sorted((DOCS / "pictures").rglob("*.*")) if path not in seen]
    assert [str(path.relative_to(DOCS)) for path in unused] == []
    unsaid = [page.name for page in PAGES if re.search(r"!\[\s*\]\(", told(page))]
    assert unsaid == [], "a picture without words is nothing to who does not see it"


def test_nothing_is_fetched_from_elsewhere_to_show_a_page() -> None:
    foreign = [link for page in PAGES for link in links(told(page)) if link.is_picture and link.target.startswith(FAR)]
    assert foreign == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_all_code_stands_in_fences_that_say_their_language(page: Path) -> None:
    """What is indented instead would be seen by no test of commands."""
    assert [block[3] for block in CODE.finditer(told(page)) if block[3] not in KNOWN] == []
    indented = re.findall(r"(?<=\n\n) {4,}(?![-*|\d ]).+", CODE.sub("", told(page)))
    assert indented == []


def test_the_list_has_every_page_once() -> None:
    listed = [(DOCS / path).resolve() for entries in sections(told(INDEX)).values() for _, path in entries]
    assert len(listed) == len(set(listed))
    here = {page for page in PAGES if page not in {INDEX, ROOT / "README.md"}}
    assert here == set(listed), "docs/README.md lists all pages: `- [Title](page.md): what for`"


def test_every_page_has_one_title_that_stands_first() -> None:
    for page in PAGES:
        marks = re.findall(r"^(#+) ", CODE.sub("", told(page)), re.MULTILINE)
        assert marks[0] == "#", page.name
        assert marks.count("#") == 1, page.name


def test_what_is_no_link_is_taken_for_none_and_what_is_one_is_found() -> None:
    text = "# A `b` c\n\n[x](y.md#z) ![p](q.webp)\n`[no](no.md)`\n```sh\n[no](no.md)\n```\n[![p](r.svg)](s.md)\n"
    found = [(link.target, link.line, link.is_picture) for link in links(text)]
    assert found == [("y.md#z", 3, False), ("q.webp", 3, True), ("s.md", 8, False), ("r.svg", 8, True)]
    assert headings(text) == ["A `b` c"]


def test_places_in_pages_are_called_as_forges_call_them() -> None:
    text = "# The `a b` & c\n\n## ছুটি ও কাজ\n\n## Twice\n\n## Twice\n\n## With [a link](x.md), and so\n"
    assert anchors(text) == {"the-a-b--c", "ছুটি-ও-কাজ", "twice", "twice-1", "with-a-link-and-so"}
