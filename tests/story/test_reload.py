"""SIGHUP: a good configuration takes over without a restart, a bad one changes nothing and is told."""

import pytest

from tests.i18n.latin import latin_words
from tests.lab.daemon import Daemon
from tests.lab.fleet import many_sites, site, write_config
from tests.lab.waiting import until
from tests.story.reading import states, wait_until_all_up

SITES = 10


def begin(daemon: Daemon) -> None:
    write_config(daemon.config, sites=many_sites(SITES), listen=daemon.listen)
    daemon.start()
    wait_until_all_up(daemon, SITES)


def test_a_bad_file_leaves_the_running_configuration_in_force_and_is_told_with_its_line(daemon: Daemon) -> None:
    begin(daemon)
    bad = many_sites(SITES).replace('parent = "site-0000"', 'parent = "site-000"', 1)
    (daemon.config / "sites.toml").write_text(bad + site(SITES, SITES + 1), encoding="utf-8")
    line = bad[: bad.index('"site-000"')].count("\n") + 1

    daemon.reload()

    until(lambda: "stays in force" in daemon.log(), "word of the refusal", within_s=10)
    assert f"sites.toml:{line}: sites.site-0001.parent: no site 'site-000'. Did you mean 'site-00" in daemon.log()
    assert list(states(daemon)) == [f"site-{number:04}" for number in range(SITES)]
    # Not only the list is still there: rounds go on.
    before = daemon.metric("upazila_samples_total")
    until(lambda: daemon.metric("upazila_samples_total") != before, "another round", within_s=5)
    assert set(states(daemon).values()) == {"up"}


def test_a_good_file_brings_the_new_site_and_takes_the_old_one_away(daemon: Daemon) -> None:
    begin(daemon)
    new = many_sites(SITES + 1).replace(site(SITES - 1, SITES + 1), "")
    (daemon.config / "sites.toml").write_text(new, encoding="utf-8")
    charter = daemon.config / "charter.toml"
    charter.write_text(charter.read_text(encoding="utf-8").replace('id = "bheramara"', 'id = "moved"'), "utf-8")
    assert daemon.metric("upazila_build_info", office="bheramara") == 1

    daemon.reload()

    until(lambda: f"site-{SITES:04}" in states(daemon), "the new site", within_s=10)
    wait_until_all_up(daemon, SITES)
    series = [line for line in daemon.get("/metrics")[1].splitlines() if not line.startswith("#")]
    assert [line for line in series if 'office="moved"' not in line] == [], "every series bears the office's new id"
    assert f"site-{SITES - 1:04}" not in states(daemon)
    assert daemon.metric("upazila_probe_success", site=f"site-{SITES:04}") == 1
    assert daemon.metric("upazila_probe_success", site=f"site-{SITES - 1:04}") is None
    assert daemon.running


@pytest.mark.long
def test_the_command_waits_for_the_verdict_and_a_refusal_is_told_everywhere_until_it_is_mended(
    daemon: Daemon,
) -> None:
    begin(daemon)
    sites = daemon.config / "sites.toml"
    assert (daemon.config.parent / "var" / "in-force.json").stat().st_mode & 0o777 == 0o600
    assert daemon.run("reload").returncode == 0
    until(lambda: daemon.metric("upazila_configuration_refused") == 0, "the metric of an accepted one", within_s=5)

    sites.write_text(many_sites(SITES).replace('kind = "udc"', 'kind = "udcc"', 1), encoding="utf-8")
    refused = daemon.run("reload")

    assert refused.returncode == 2
    assert "sites.toml:" in refused.stderr
    assert "the configuration before stays in force" in refused.stderr
    assert latin_words(daemon.run("reload", "--lang", "bn").stderr) == []
    until(lambda: daemon.metric("upazila_configuration_refused") == 1, "the metric of the refusal", within_s=5)
    until(lambda: "was refused" in daemon.get("/?lang=en")[1], "word of it on the page", within_s=5)
    assert "was refused" in daemon.run("status").stdout

    # The daemon's configuration serves all questions, whatever half of a file is on disk.
    (daemon.config / "monitor.toml").write_text("[probing\n", encoding="utf-8")
    asked = daemon.run("status", "--json")
    assert asked.returncode == 0
    assert '"running": true' in asked.stdout
    assert daemon.run("tickets").returncode == 0

    write_config(daemon.config, sites=many_sites(SITES), listen=daemon.listen)
    assert daemon.run("reload").returncode == 0
    until(lambda: daemon.metric("upazila_configuration_refused") == 0, "the metric's end", within_s=5)
    until(lambda: "was refused" not in daemon.get("/?lang=en")[1], "the page without it", within_s=5)
    daemon.kill()
    assert daemon.run("reload").returncode == 3
    assert daemon.run("status").returncode == 3
