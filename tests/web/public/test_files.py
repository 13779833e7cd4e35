"""All files of a publication: what is never in any of them, how heavy they are, and that they stand alone."""

import gzip
import json
import random
import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from monitor.alerts.cases import actions
from monitor.domain.reasons import Names
from monitor.domain.text import bangla_digits
from monitor.settings.areas_file import read_areas
from monitor.settings.public_section import Public
from monitor.store.models import SiteState
from monitor.web.areas import drawing
from monitor.web.public.files import copy, pages
from monitor.web.public.model import Publication, Word
from monitor.web.public.rendering import Place
from tests.places import TESTS
from tests.web.public.canaries import CANARY, PHONE, planted
from tests.web.public.told import published, told

LARGEST_BYTES = 30_000


def test_nothing_that_is_not_for_the_public_is_in_any_file(tmp_path: Path) -> None:
    desk = planted(tmp_path)
    files = copy(published(desk), desk.office, None, Public(), {})
    addresses = {str(device.address) for device in desk.office.fleet.devices.values()}
    assert len(addresses) > 20
    whole = b"\n".join(files.values()).decode()
    # The canaries are there to be found: what is told of the same outages is.
    assert "A team is on its way" in whole
    assert "A line is replaced" in whole
    assert CANARY not in whole.lower()
    assert PHONE not in whole
    assert bangla_digits(PHONE) not in whole
    assert not [address for address in addresses if address in whole]
    ids = {id_ for id_ in desk.office.fleet.sites if id_ in re.sub(r"badges/\S+", "", files["en.html"].decode())}
    assert ids == set(), "ids of sites are words of the office"
    names = json.dumps(sorted(files))
    assert CANARY not in names


def test_a_canary_would_be_found(tmp_path: Path) -> None:
    desk = planted(tmp_path)
    with desk.store.write() as session:
        actions.note_outage(desk.work(session, "x"), 1, "canary note")
    assert CANARY in told(desk).lower()


class Links(HTMLParser):
    """The files that a page names."""

    def __init__(self) -> None:
        super().__init__()
        self.named: set[str] = set()
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.named |= {value or "" for name, value in attrs if name in {"href", "src", "action"}}


def test_a_copy_needs_nothing_but_itself(tmp_path: Path) -> None:
    desk = planted(tmp_path)
    files = copy(published(desk), desk.office, None, Public(), {"data/datapackage.json": b"{}"})
    assert b'href="data/datapackage.json"' in files["index.html"]
    for name in ("index.html", "en.html"):
        found = Links()
        found.feed(files[name].decode())
        inner = {link for link in found.named if not link.startswith(("#", "data:", "tel:", "http://doict"))}
        assert inner <= files.keys()
        assert not found.tags & {"script", "iframe", "object", "img", "form"}
    assert list(files)[-1] == "index.html", "who finds the page finds what it names"


@pytest.mark.parametrize("seed", [1])
def test_the_page_of_a_country_weighs_no_more_than_that_of_an_upazila(tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    desk = planted(tmp_path)
    found = published(desk)
    trouble = replace(
        found.troubles[0],
        name=Names("ভেড়ামারা–কুষ্টিয়া ব্যাকবোন সংযোগ (উদাহরণ)" * 2, "Backbone link" * 4),
        notes=("মেরামতের দল রওনা হয়েছে, বিকালের মধ্যে ঠিক হবে। " * 8,),
        unions=tuple(Names(f"ইউনিয়ন {n}", f"Union {n}") for n in range(400)),
        kinds=("udc", "lab", "office"),
    )
    day = [replace(found.strips[0].days[0], down=timedelta(hours=draw.random())) for _ in range(90)]
    days = tuple(replace(each, up=timedelta(hours=9), unmonitored=timedelta(hours=draw.random())) for each in day)
    groups = [
        replace(
            found.unions[0], key=str(n), word=draw.choice(list(Word)), name=Names(f"ভেড়ামারা ইউনিয়ন {n}", f"Union {n}")
        )
        for n in range(4_500)
    ]
    works = tuple(
        replace(found.planned[0], key=str(n), text=Names("লাইন বদলের কাজ চলবে। " * 10, "x"), unions=trouble.unions)
        for n in range(300)
    )
    country = replace(
        found,
        troubles=(trouble,) * 500,
        unions=tuple(groups),
        strips=tuple(replace(strip, days=days) for strip in found.strips),
        planned=works,
        latest=(trouble,) * 50,
    )
    areas = read_areas(TESTS / "web" / "sample_areas.json", "areas.json")
    assert areas is not None
    made = pages(country, desk.office, drawing(areas[0]), Public(), Place(tracks=True))
    weights = {name: (len(content), len(gzip.compress(content, 9))) for name, content in made.items()}
    assert weights["index.html"][0] <= LARGEST_BYTES, weights
    assert weights["en.html"][0] <= LARGEST_BYTES, weights
    assert weights["public.css"][0] <= 8_192


HOSTILE = "</p><script>alert(1)</script><img src=x onerror=y>\"'&{{7*7}}"


def test_what_people_write_is_text_in_every_file(tmp_path: Path) -> None:
    desk = planted(tmp_path)
    found = published(desk)
    evil = Names(HOSTILE, HOSTILE)
    trouble = replace(found.troubles[0], name=evil, notes=(HOSTILE,), unions=(evil,), kinds=("udc",))
    work = replace(found.planned[0], text=evil, unions=(evil,))
    groups = tuple(replace(group, name=evil) for group in found.unions)
    made = copy(
        replace(found, troubles=(trouble,), latest=(trouble,), planned=(work,), unions=groups),
        desk.office,
        None,
        Public(),
        {},
    )
    for name in ("index.html", "en.html"):
        seen = Links()
        seen.feed(made[name].decode())
        assert not seen.tags & {"script", "img"}
        assert "49" not in re.findall(r"\{\{7\*7\}\}|49", made[name].decode())


def test_a_copy_for_a_country_has_no_badge_for_every_site(tmp_path: Path) -> None:
    desk = planted(tmp_path)
    one = next(iter(desk.office.fleet.sites.values()))
    many = {f"site-{n}": replace(one, id=f"site-{n}") for n in range(501)}
    office = replace(desk.office, fleet=replace(desk.office.fleet, sites=many))
    found: Publication = replace(published(desk), words=dict.fromkeys(many, Word.UP))
    files = copy(found, office, None, Public(), {})
    assert [name for name in files if name.startswith("badges/")] == [
        "badges/office.svg",
        "badges/office-en.svg",
        "badges/office.json",
    ] or sorted(name for name in files if name.startswith("badges/")) == [
        "badges/office-en.svg",
        "badges/office.json",
        "badges/office.svg",
    ]


def test_a_site_that_was_not_watched_is_not_told_to_be_up(tmp_path: Path) -> None:
    desk = planted(tmp_path)
    with desk.store.write() as session:
        session.query(SiteState).delete()
    page = told(desk)
    assert "■ up" not in page.split("The last 90 days")[0]
    assert "unmonitored" in page
