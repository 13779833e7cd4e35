"""Metrics far away, by Debian's own programs: a VictoriaMetrics, and what sends to it."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from tests.dashboards.prometheus import FAST, Prometheus, free_port, running
from tests.places import DASHBOARDS

RECIPES = DASHBOARDS / "far-away"
AGENT, VMAGENT, SCRAPING = "Prometheus as an agent", "vmagent", "VictoriaMetrics itself"
WAYS = (AGENT, VMAGENT, SCRAPING)


@contextmanager
def victoria(home: Path, port: int, target: str = "", *words: str) -> Iterator[Prometheus]:
    """A VictoriaMetrics, which answers as Prometheus does; it reads ``target`` itself, if there is one."""
    begin = ["victoria-metrics", f"-storageDataPath={home / 'victoria'}", f"-httpListenAddr=127.0.0.1:{port}"]
    begin += ["-search.latencyOffset=0s", "-loggerLevel=WARN", "-retentionPeriod=100y", "-search.disableCache"]
    if target:
        begin.append(f"-promscrape.config={_recipe(home, 'vmagent.yml', target)}")
    with running([*begin, *words], home / "victoria.log", port, "/health"):
        yield Prometheus(port)


@contextmanager
def sending(way: str, home: Path, target: str, victoria_port: int) -> Iterator[None]:
    """What reads the monitor at ``target`` and sends to VictoriaMetrics; nothing where that reads by itself."""
    port, there = free_port(), f"http://127.0.0.1:{victoria_port}/api/v1/write"
    if way == AGENT:
        config = _recipe(home, "prometheus-agent.yml", target, there)
        words = ["prometheus", "--enable-feature=agent", f"--config.file={config}", "--log.level=warn"]
        words += [f"--storage.agent.path={home / 'agent'}", f"--web.listen-address=127.0.0.1:{port}"]
        with running(words, home / "agent.log", port, "/-/ready"):
            yield
    elif way == VMAGENT:
        config = _recipe(home, "vmagent.yml", target)
        words = ["vmagent", f"-promscrape.config={config}", f"-remoteWrite.url={there}", "-loggerLevel=WARN"]
        words += [f"-remoteWrite.tmpDataPath={home / 'vmagent'}", f"-httpListenAddr=127.0.0.1:{port}"]
        with running(words, home / "vmagent.log", port, "/health"):
            yield
    else:
        yield


def replay_rules(home: Path, victoria_port: int, begin_s: float, end_s: float) -> None:
    """Evaluate the shipped rules for a time that is over, by vmalert; raises CalledProcessError with its output."""
    there = f"http://127.0.0.1:{victoria_port}"
    rules = home / "rules"
    rules.mkdir()
    for each in (DASHBOARDS / "prometheus" / "rules").glob("*.yml"):
        content = yaml.safe_load(each.read_text(encoding="utf-8"))
        content["groups"] = [_recording(group) for group in content["groups"]]
        (rules / each.name).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    words = ["vmalert", f"-rule={rules}/*.yml", f"-datasource.url={there}", f"-remoteWrite.url={there}"]
    words += ["-notifier.url=http://127.0.0.1:9", f"-httpListenAddr=127.0.0.1:{free_port()}", "-loggerLevel=WARN"]
    words += [f"-replay.timeFrom={_rfc3339(begin_s)}", f"-replay.timeTo={_rfc3339(end_s)}"]
    words += ["-replay.disableProgressBar", "-remoteWrite.flushInterval=100ms", "-replay.rulesDelay=200ms"]
    subprocess.run(words, check=True, capture_output=True, timeout=1_800)


def _recording(group: dict[str, Any]) -> dict[str, Any]:
    """Leave only the rules that record: dashboards ask for their results."""
    return {**group, "rules": [rule for rule in group["rules"] if "record" in rule]}


def _rfc3339(moment_s: float) -> str:
    return datetime.fromtimestamp(moment_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _recipe(home: Path, name: str, target: str, there: str = "") -> Path:
    """The shipped recipe, bent only in target, pace, and where it is sent to."""
    config: dict[str, Any] = yaml.safe_load((RECIPES / name).read_text(encoding="utf-8"))
    config["global"]["scrape_interval"] = FAST
    (job,) = config["scrape_configs"]
    job |= {"static_configs": [{"targets": [target]}], "scrape_timeout": FAST}
    for each in config.get("remote_write", []):
        del each["basic_auth"]
        each["url"] = there
    path = home / name
    path.write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
    return path
