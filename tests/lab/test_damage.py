"""Breaking by site: a cut link silences what lies behind it, and mending one cut does not mend another."""

from pathlib import Path

import pytest

from monitor.configuration import load
from tests.lab.damage import Damage, NoSuchSiteError
from tests.lab.echo import who_answers
from tests.lab.fleet import shipped_sites, write_config
from tests.lab.network import Lab

LINK, CENTRE, OTHER = "10.77.0.2", "10.77.2.1", "10.77.2.3"


@pytest.fixture
def damage(lab: Lab, tmp_path: Path) -> Damage:
    write_config(tmp_path, sites=shipped_sites(), listen="127.0.0.1:9786")
    return Damage(lab, load(tmp_path).fleet)


def alive(lab: Lab) -> set[str]:
    return who_answers(lab.monitor, [LINK, CENTRE, OTHER])


def test_a_centre_dies_alone(lab: Lab, damage: Damage) -> None:
    told = damage.down("udc-bahadurpur")

    assert alive(lab) == {LINK, OTHER}
    assert told.startswith("udc-bahadurpur is dead")
    assert "udc-bahadurpur is cut" in str(damage)


def test_a_link_takes_all_behind_it_along_and_brings_it_back(lab: Lab, damage: Damage) -> None:
    told = damage.down("backbone-north")
    assert alive(lab) == {OTHER}
    assert "sites behind it" in told

    damage.up("backbone-north")
    assert alive(lab) == {LINK, CENTRE, OTHER}
    assert str(damage) == "Broken in the lab: nothing."


def test_mending_the_link_does_not_mend_the_centre_behind_it(lab: Lab, damage: Damage) -> None:
    damage.down("udc-bahadurpur")
    damage.down("backbone-north")

    damage.up("backbone-north")

    assert alive(lab) == {LINK, OTHER}


def test_mending_a_centre_behind_a_cut_link_says_that_it_stays_dead(lab: Lab, damage: Damage) -> None:
    damage.down("backbone-north")

    told = damage.up("udc-bahadurpur")

    assert told == "udc-bahadurpur is mended, but stays dead while backbone-north is down"
    assert alive(lab) == {OTHER}


def test_loss_begins_and_ends_with_a_word_and_ends_with_mending(lab: Lab, damage: Damage) -> None:
    damage.loss("udc-bahadurpur", 100)
    assert alive(lab) == {LINK, OTHER}

    damage.loss("udc-bahadurpur", 0)
    assert alive(lab) == {LINK, CENTRE, OTHER}

    damage.loss("udc-bahadurpur", 100)
    damage.up("udc-bahadurpur")
    assert alive(lab) == {LINK, CENTRE, OTHER}


@pytest.mark.parametrize("action", ["down", "up"])
def test_a_mistyped_site_breaks_nothing_and_is_answered_with_the_nearest(damage: Damage, action: str) -> None:
    with pytest.raises(NoSuchSiteError, match=r"no site 'udc-bahadurpr'\. Did you mean 'udc-bahadurpur'\?"):
        getattr(damage, action)("udc-bahadurpr")
    with pytest.raises(NoSuchSiteError, match=r"no site 'nonsuch'\. There are: .*udc-bahadurpur"):
        getattr(damage, action)("nonsuch")

    assert str(damage) == "Broken in the lab: nothing."
