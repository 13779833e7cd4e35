"""A sample of every kind of letter exists, and can be written in every language."""

from monitor.alerts.notices import render
from monitor.configuration import load
from monitor.domain.notice_kinds import BRIEFS, NoticeKind
from monitor.i18n.languages import BOTH
from monitor.runtime.virtual.sample_letters import samples
from tests.places import SHIPPED


def test_there_is_a_sample_of_every_kind_and_each_can_be_written() -> None:
    every = samples(load(SHIPPED))
    assert {letter.kind for letter in every} == set(NoticeKind)
    for letter in every:
        for lang in ("both", *BOTH):
            rendered = render.render(letter, lang)
            assert "{" not in rendered.subject
            assert "\n" not in rendered.subject
            assert len(rendered.images) == rendered.html.count("cid:")
    pictured = [letter.kind for letter in every if render.render(letter).images]
    assert "opened" in pictured
    assert not BRIEFS & set(pictured)
