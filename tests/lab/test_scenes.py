"""The scenes of the demonstration: in order, upon what there is, and each wound healed before the day ends."""

from monitor.configuration import load
from tests.lab.scenes import BEGINS, ENDS, SCENES
from tests.places import SHIPPED


def test_scenes_follow_each_other_within_the_day() -> None:
    times = [scene.at for scene in SCENES]
    assert times == sorted(times)
    assert (times[0], times[-1] < ENDS) == (BEGINS, True)


def test_scenes_are_about_sites_and_unions_of_the_shipped_fleet() -> None:
    fleet = load(SHIPPED).fleet
    unions = {site.union for site in fleet.sites.values()}
    for scene in SCENES:
        known = unions if scene.act in {"dark", "lit"} else {*fleet.sites, ""}
        assert scene.whom in known, scene


def test_what_is_broken_is_mended_before_the_day_ends() -> None:
    broken: set[tuple[str, str]] = set()
    for scene in SCENES:
        match scene.act:
            case "cut" | "dark":
                broken.add((scene.act, scene.whom))
            case "mend" | "lit":
                broken.remove(({"mend": "cut", "lit": "dark"}[scene.act], scene.whom))
    assert broken == set()


def test_what_is_said_is_said_in_both_languages() -> None:
    assert all(bool(scene.bn) == bool(scene.en) for scene in SCENES)
