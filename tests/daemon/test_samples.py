"""A sample of every kind of letter exists, and can be written in every language."""

from pathlib import Path
from typing import get_args

from monitor.alerts import letters
from monitor.alerts.kinds import BRIEFS, DIGEST
from monitor.daemon.samples import samples
from monitor.settings.load import load
from monitor.settings.notices_section import Languages, NoticeKind

SHIPPED = Path(__file__).parents[2] / "config"


def test_there_is_a_sample_of_every_kind_and_each_can_be_written() -> None:
    every = samples(load(SHIPPED))
    assert {letter.kind for letter in every} == {*get_args(NoticeKind), DIGEST}
    for letter in every:
        for lang in get_args(Languages):
            rendered = letters.render(letter, lang)
            assert "{" not in rendered.subject
            assert "\n" not in rendered.subject
            assert len(rendered.images) == rendered.html.count("cid:")
    pictured = [letter.kind for letter in every if letters.render(letter).images]
    assert "opened" in pictured
    assert not BRIEFS & set(pictured)
