"""docker-compose.yml, provisioning and the drop-ins for systemd, as far as they can be held against something here."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from dashboards.generator.reading import dashboards
from monitor.configuration import load
from tests.places import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
PROVISIONING = ROOT / "dashboards" / "provisioning"
DROP_INS = sorted((ROOT / "systemd").glob("*.service.d/*.conf"))


def said(*words: str | Path) -> tuple[int, str]:
    done = subprocess.run(words, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


def mounts(service: str) -> dict[str, str]:
    """Where in the container → what of the checkout."""
    pairs = [one.split(":") for one in SERVICES[service].get("volumes", [])]
    return {pair[1]: pair[0] for pair in pairs if pair[0].startswith(".")}


def test_every_image_has_a_fixed_version() -> None:
    images = [service["image"] for service in SERVICES.values()]
    images += re.findall(r"(?m)^FROM (\S+)", DOCKERFILE)
    assert [image for image in images if not re.search(r":v?\d+\.\d+\.\d+(-[\w-]+)?$", image)] == []


def test_nothing_listens_beyond_this_machine() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_what_is_mounted_is_there_and_read_only() -> None:
    for name in SERVICES:
        for inside, ours in mounts(name).items():
            assert (ROOT / ours).exists(), (name, ours)
            assert f"{ours}:{inside}:ro" in SERVICES[name]["volumes"]
    named = {one.split(":")[0] for service in SERVICES.values() for one in service.get("volumes", []) if one[0] != "."}
    assert named == set(COMPOSE["volumes"])


def test_the_container_may_ping_as_its_own_user_without_rights() -> None:
    (uid,) = re.findall(r"--uid (\d+)", DOCKERFILE)
    assert SERVICES["monitor"]["sysctls"]["net.ipv4.ping_group_range"] == f"{uid} {uid}"
    assert SERVICES["monitor"]["cap_drop"] == ["ALL"]
    assert "USER upazila-monitor" in DOCKERFILE


def test_the_configuration_in_the_container_is_sound_and_mails_nobody(tmp_path: Path) -> None:
    for path in (ROOT / "config").glob("*.toml"):
        shutil.copy(path, tmp_path)
    shutil.copy(ROOT / mounts("monitor")["/etc/upazila-monitor/monitor.toml"], tmp_path / "monitor.toml")
    settings = load(tmp_path)
    assert settings.monitor.mail.host in SERVICES
    assert settings.monitor.web.port == 9786


def test_prometheus_in_the_container_reads_the_same_rules_and_its_neighbours(tmp_path: Path) -> None:
    inside = mounts("prometheus")
    shutil.copytree(ROOT / inside["/etc/prometheus/rules"], tmp_path / "rules")
    shutil.copy(ROOT / inside["/etc/prometheus/prometheus.yml"], tmp_path / "prometheus.yml")
    assert said("promtool", "check", "config", tmp_path / "prometheus.yml")[0] == 0
    text = (tmp_path / "prometheus.yml").read_text(encoding="utf-8")
    assert set(re.findall(r'"([\w.]+):\d+"', text)) <= set(SERVICES)
    assert said("amtool", "check-config", ROOT / mounts("alertmanager")["/etc/alertmanager/alertmanager.yml"])[0] == 0


@pytest.mark.parametrize("name", ["prometheus", "alertmanager"])
def test_the_containers_files_differ_from_the_machines_in_names_alone(name: str) -> None:
    hosts = re.compile(r"\b(127\.0\.0\.1|monitor|prometheus|alertmanager|mail):\d+")
    ours, theirs = (
        [hosts.sub("HOST", line) for line in (folder / f"{name}.yml").read_text().splitlines() if line[:1] != "#"]
        for folder in (ROOT / "dashboards" / "prometheus", ROOT / "dashboards" / "compose")
    )
    assert ours == theirs


def test_grafana_is_told_where_dashboards_and_source_are() -> None:
    environment = SERVICES["grafana"]["environment"]
    providers = yaml.safe_load((PROVISIONING / "dashboards" / "upazila.yml").read_text(encoding="utf-8"))["providers"]
    inside = mounts("grafana")
    for provider in providers:
        folder, _, lang = (
            provider["options"]["path"].replace("${DASHBOARDS}", environment["DASHBOARDS"]).rpartition("/")
        )
        assert len(list((ROOT / inside[folder] / lang).glob("*.json"))) == 5
    (source,) = yaml.safe_load((PROVISIONING / "datasources" / "prometheus.yml").read_text(encoding="utf-8"))[
        "datasources"
    ]
    assert source["url"] == "${PROMETHEUS_URL}"
    assert environment["PROMETHEUS_URL"] == "http://prometheus:9090"
    assert source["type"] == "prometheus"
    assert environment["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"].endswith("/bn/morning.json")


def test_rates_look_back_by_the_pace_at_which_prometheus_scrapes() -> None:
    config = yaml.safe_load((ROOT / "dashboards" / "prometheus" / "prometheus.yml").read_text(encoding="utf-8"))
    source = yaml.safe_load((PROVISIONING / "datasources" / "prometheus.yml").read_text(encoding="utf-8"))
    assert source["datasources"][0]["jsonData"]["timeInterval"] == config["global"]["scrape_interval"]
    asked = [
        target
        for board in dashboards().values()
        for panel in board["panels"]
        for target in panel["targets"]
        if re.search(r"rate\(if\w+", target["expr"])
    ]
    assert asked
    assert all(target["interval"] == "1m" for target in asked)  # [snmp] interval_s


def complaints(drop_in: str, folder: Path, unit: str) -> list[str]:
    """What systemd says of a unit with this drop-in; not of others that happen to be on the machine."""
    shipped = Path("/lib/systemd/system") / unit
    # Grafana's own unit is not here: one that starts nothing stands for it.
    (folder / unit).write_text(shipped.read_text() if shipped.exists() else "[Service]\nExecStart=/bin/true\n")
    (folder / f"{unit}.d").mkdir()
    (folder / f"{unit}.d" / "upazila-monitor.conf").write_text(drop_in)
    code, told = said("systemd-analyze", "verify", "--man=no", folder / unit)
    return [line for line in told.splitlines() if str(folder) in line or unit in line or code]


@pytest.mark.parametrize("drop_in", DROP_INS, ids=lambda path: path.parent.name)
def test_systemd_has_nothing_to_say_about_a_drop_in(drop_in: Path, tmp_path: Path) -> None:
    assert complaints(drop_in.read_text(), tmp_path, drop_in.parent.name.removesuffix(".d")) == []


def test_a_misspelt_key_of_a_drop_in_would_be_noticed(tmp_path: Path) -> None:
    misspelt = DROP_INS[0].read_text().replace("Environment=", "Enviroment=")
    assert any("Enviroment" in line for line in complaints(misspelt, tmp_path, "grafana-server.service"))


def test_the_drop_ins_name_what_is_in_the_checkout() -> None:
    named = re.findall(r"/opt/upazila-monitor/([\w./-]+)", "\n".join(path.read_text() for path in DROP_INS))
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []
