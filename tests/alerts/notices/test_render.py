"""What a notice says, in both languages, and that no name can break it."""

import random
import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from typing import Self

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.alerts.channels.base import Letter, Rendered
from monitor.alerts.facts.case import CaseFacts
from monitor.alerts.facts.stored import pack, unpack
from monitor.alerts.notices import render
from monitor.alerts.notices.routing import ASKER
from monitor.configuration import load
from monitor.domain.evidence import Evidence, Hour
from monitor.domain.notice_kinds import NoticeKind
from monitor.domain.reasons import TIMEOUT, Reason, ReasonCode, reason
from monitor.i18n import formats
from monitor.judging.decisions import OutageOpened
from monitor.runtime.virtual.sample_letters import samples
from tests.desk import Desk
from tests.places import SHIPPED
from tests.store.migrated import new_store


@pytest.fixture(scope="module")
def every_kind() -> list[Letter]:
    """A sample of every kind of letter, citizens' among them."""
    return samples(load(SHIPPED))


def a_whole_story(desk: Desk) -> list[Letter]:
    """Down on a Tuesday, due on Wednesday at closing, back on Thursday, down again on the same day."""
    desk.goes_down("udc-juniadaha")
    desk.wait(days=2)
    story = desk.send_all()
    desk.comes_back("udc-juniadaha")
    desk.wait(minutes=11)
    story += desk.send_all()
    desk.goes_down("udc-juniadaha")
    desk.look()
    return story + desk.send_all()


def test_the_officers_mail_tells_what_since_when_and_which_promise(desk: Desk) -> None:
    opened = render.render(a_whole_story(desk)[0])
    assert opened.subject == ("[BHR-2026-000001] জুনিয়াদহ ইউনিয়ন ডিজিটাল সেন্টার: ২ দিন ধরে সংযোগ নেই — সময় পেরিয়েছে")
    for fact in (
        "Tuesday, 24 November 2026, 09:59:45",
        "Wednesday, 25 November 2026, 17:00",
        "মঙ্গলবার, ২৪ নভেম্বর ২০২৬",
        "৮. ইউনিয়ন ডিজিটাল সেন্টার গুলোকে সহায়তা প্রদান — ১ কার্যদিবস",
        "8. Support to the Union Digital Centres — 1 working day",
        "udc-juniadaha",
    ):
        assert fact in opened.text
        assert fact in opened.html


def test_the_programmers_mail_says_until_when_it_is_his(desk: Desk) -> None:
    stage = render.render(a_whole_story(desk)[1])
    assert "Programmer, Department of ICT, Kushtia" in stage.text
    assert "1 month" in stage.text
    assert "এক" not in stage.subject
    assert "১" in stage.subject


def test_every_kind_of_letter_can_be_written_long_after_its_event(desk: Desk) -> None:
    story = a_whole_story(desk)
    assert [letter.kind for letter in story] == [
        *("opened", "stage"),
        *("resolved", "resolved"),
        *("reopened", "reopened"),
    ]
    for letter in story:
        rendered = render.render(letter)
        assert "{" not in rendered.text
        assert rendered.text.count("BHR-2026-000001") >= 2


def test_a_root_cause_names_how_many_of_each_kind_hang_on_it(desk: Desk) -> None:
    from monitor.judging.decisions import Affected

    desk.goes_down("backbone-north")
    now = desk.clock.utc()
    desk.decide(*[Affected(site, "backbone-north", now) for site in ("udc-juniadaha", "udc-mokarimpur")])
    desk.decide(Affected("lab-juniadaha-girls", "backbone-north", now))
    desk.look()
    text = render.render(desk.send_all()[0]).text
    assert "2 Union Digital Centres, 1 lab" in text
    assert "২টি ইউনিয়ন ডিজিটাল সেন্টার, ১টি ল্যাব" in text


@pytest.mark.parametrize(
    ("seen", "english", "bangla"),
    [
        (
            reason(ReasonCode.FAR_END_SILENT, seen=TIMEOUT),
            "the far end does not answer: timeout",
            "দূর প্রান্ত সাড়া দিচ্ছে না: সাড়া নেই",
        ),
        (
            reason(ReasonCode.INTERFACE_LOWER_LAYER_DOWN, interface="sfp 1"),
            "interface sfp 1 is lower layer down",
            "পোর্ট sfp 1-এর নিচের স্তরে সংযোগ নেই",
        ),
        (
            reason(ReasonCode.INTERFACE_OFF, interface="sfp1"),
            "interface sfp1 is switched off",
            "পোর্ট sfp1 বন্ধ করে রাখা হয়েছে",
        ),
        (
            reason(ReasonCode.SAID_BY, seen=reason(ReasonCode.HOST_UNREACHABLE), router="10.0.0.1"),
            "host unreachable from 10.0.0.1",
            "পৌঁছানোর পথ নেই (10.0.0.1)",
        ),
    ],
)
def test_the_outage_of_a_link_says_in_both_languages_which_side_it_is(
    desk: Desk, seen: Reason, english: str, bangla: str
) -> None:
    now = desk.clock.utc()
    desk.decide(OutageOpened("backbone-north", now - timedelta(seconds=15), now, None, seen))
    desk.look()
    opened = render.render(desk.send_all()[0])

    for told in (f"Observed: {english}", f"যা দেখা গেছে: {bangla}"):
        assert told in " ".join(opened.text.split())
    assert bangla in opened.html


def test_plain_silence_is_not_told_twice(desk: Desk) -> None:
    assert "timeout" not in render.render(a_whole_story(desk)[0]).text


def test_markup_in_a_name_stays_words_in_the_page(desk: Desk) -> None:
    letter = a_whole_story(desk)[0]
    evil = {**letter.facts["site"], "name_bn": "<script>alert(1)</script>", "name_en": '"><img src=x onerror=y>'}
    rendered = render.render(replace(letter, facts={**letter.facts, "site": evil}))
    assert "<script" not in rendered.html
    assert "<img" not in rendered.html
    assert "&lt;script&gt;" in rendered.html


@pytest.fixture(scope="module")
def letter(tmp_path_factory: pytest.TempPathFactory, office: object) -> Letter:
    from monitor.charter.office import Office

    assert isinstance(office, Office)
    store = new_store(tmp_path_factory.mktemp("letters"))
    story = a_whole_story(Desk(office, store))
    store.close()
    return story[2]


class Page(HTMLParser):
    """The tags of a page in their order, and its words."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    @classmethod
    def of(cls, html: str) -> Self:
        page = cls()
        page.feed(html)
        page.close()
        return page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def squeezed(text: str) -> str:
    return "".join(text.split())


@settings(max_examples=50)
@example(name="</td><b>&amp;", note="<script>")
@given(name=st.text(min_size=1, max_size=80), note=st.text(min_size=1, max_size=200))
def test_any_name_and_any_note_make_a_letter(letter: Letter, name: str, note: str) -> None:
    def written(name: str, note: str) -> Rendered:
        site = {"id": "x", "name_bn": name, "name_en": name}
        return render.render(replace(letter, facts={**letter.facts, "site": site, "note": note}))

    rendered, plain = written(name, note), written("a name", "a note")
    assert Page.of(rendered.html).tags == Page.of(plain.html).tags  # whatever they say, they make no markup
    assert squeezed(name) in squeezed(Page.of(rendered.html).text)
    assert squeezed(name) in squeezed(rendered.text)


def test_a_recovery_is_told_in_rows_of_each_language(desk: Desk) -> None:
    desk.goes_down("backbone-north")
    desk.look()
    desk.send_all()
    desk.comes_back("backbone-north")
    desk.wait(hours=1)
    (told,) = {render.render(letter, "bn").text for letter in desk.send_all() if letter.kind == "resolved"}
    assert "সচল হওয়ার সময়:" in told
    assert "the site has answered" not in told


def test_a_letter_about_a_site_that_is_down_again_says_since_when_it_is_down_now(desk: Desk) -> None:
    for _ in range(2):
        desk.goes_down("backbone-north")
        desk.look()
        began = formats.moment_text(desk.clock.utc() - timedelta(seconds=15), "en")
        told = {letter.kind: render.render(letter).text for letter in desk.send_all()}
        desk.comes_back("backbone-north")
        desk.wait(hours=1)
    assert f"\nDown since: {began}\n" in told["reopened"]
    assert "Comment:" not in told["reopened"]
    again = {letter.kind: render.render(letter).text for letter in desk.send_all()}
    assert f"\nDown since: {began}\n" in again["resolved"]
    assert "\nLasted: 15 seconds\n" in again["resolved"]


RUNBOOK = "https://docs.example.org/{lang}/runbook.html"


def test_every_kind_of_letter_leads_to_its_section_of_the_runbook_in_its_language(every_kind: list[Letter]) -> None:
    assert {letter.kind for letter in every_kind} == set(NoticeKind)
    for letter in every_kind:
        rendered = render.render(letter, runbook_url=RUNBOOK)
        is_citizens = letter.recipient == ASKER
        for lang in ("bn", "en"):
            link = f"https://docs.example.org/{lang}/runbook.html#{letter.kind}"
            assert (link in rendered.text) is not is_citizens, letter.kind
            assert (f'<a href="{link}"' in rendered.html) is not is_citizens, letter.kind


def test_without_an_address_of_the_runbook_no_letter_names_it(every_kind: list[Letter]) -> None:
    for letter in every_kind:
        assert "runbook" not in render.render(letter).text


def test_the_hour_before_is_a_small_picture_in_the_letter_and_words_for_who_cannot_see_it(letter: Letter) -> None:
    chance = random.Random(3)
    minutes = tuple((chance.uniform(3, 900), round(chance.random(), 2)) for _ in range(60))
    hour = Hour(chart="▁█" * 30, loss=0.5, rtt_ms_mean=10.0, rtt_ms_max=90.0, minutes=minutes)
    facts = unpack(letter.kind, letter.facts)
    assert isinstance(facts, CaseFacts)
    assert facts.outage is not None
    outage = replace(facts.outage, evidence=Evidence(hour=hour))
    rendered = render.render(replace(letter, facts=pack(replace(facts, outage=outage))))
    assert [image.cid for image in rendered.images] == ["hour-bn", "hour-en"]
    assert max(len(image.png) for image in rendered.images) < 32_000, "as noisy as none is"
    said = dict(re.findall(r'<img src="cid:hour-(\w+)" alt="([^"]*)"', rendered.html))
    assert said["en"] == "The hour before: packet loss 50%, mean 10.0 ms, slowest 90.0 ms"
    assert "৯০.০ ms" in said["bn"]
    assert not set("▁█") & set("".join(said.values())), "bars in characters say nothing to who listens"
    assert hour.chart in rendered.text
