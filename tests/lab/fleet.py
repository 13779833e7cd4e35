"""Configurations for the lab: the shipped files, bent as little as a drill needs.

What is bent: addresses lie in the lab, every officer's e-mail address is a made-up one (no drill writes to a person),
every service is promised around the clock and its target is a few seconds, and rounds follow each other fast.
"""

import json
import re
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path

from tests.lab.mail import MAIL_HOST, MAIL_PORT
from tests.places import SHIPPED

MOST_IPV4 = 32_000  # sites: beyond them the lab's hosts have no address of that kind (tests/lab/network.py)
UNIONS = ("bahadurpur", "mokarimpur", "bahirchar", "chandgram", "dharampur", "juniadaha")

Settings = Mapping[str, Mapping[str, object]]

FAST: Settings = {
    "probing": {"interval_s": 2, "recheck_s": 1, "echoes": 2, "spacing_s": 0.05, "timeout_s": 0.5},
    "judging": {"down_after": 3, "up_after": 2},
    "tickets": {"recovery_hold_s": 4},
    "notices": {"quiet_hours": False, "morning": [], "weekly": []},  # a drill is at any hour
    "mail": {
        "host": MAIL_HOST,
        "port": MAIL_PORT,
        "security": "none",
        "sender": "monitor@office.example",
        "timeout_s": 2,
        "retry_s": 1,
    },
}


def officer_address(role: str) -> str:
    """Where the drill's mails to this officer go."""
    return f"{role}@office.example"


def write_config(
    folder: Path, *, sites: str, listen: str, target_s: int | None = 8, settings: Settings | None = None
) -> None:
    """Fills ``folder`` with a whole configuration; ``settings`` says what of monitor.toml differs from FAST.

    ``target_s``: the target of every service, promised around the clock; None leaves the charter's own.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sites.toml").write_text(sites, encoding="utf-8")
    (folder / "charter.toml").write_text(drill_charter(target_s), encoding="utf-8")
    for name in ("calendar.toml", "holidays.toml"):
        (folder / name).write_bytes((SHIPPED / name).read_bytes())
    wanted = {**FAST, "web": {"listen": listen}}
    for table, values in (settings or {}).items():
        wanted[table] = {**wanted.get(table, {}), **values}
    (folder / "monitor.toml").write_text(_toml(wanted), encoding="utf-8")


def drill_charter(target_s: int | None) -> str:
    """The shipped charter with made-up, confirmed addresses; promised around the clock, due after ``target_s`` s."""
    text, count = re.subn(
        r'(?ms)^(\[officers\.(\w+)\]$.*?^email = )"[^"]*"',
        lambda found: f'{found[1]}"{officer_address(found[2])}"',
        (SHIPPED / "charter.toml").read_text(encoding="utf-8"),
    )
    assert count == text.count("\n[officers."), "an officer of the shipped charter has no e-mail key to fill in"
    text = text.replace("\nofficers_confirmed = false\n", "\nofficers_confirmed = true\n")
    if target_s is None:
        return text
    text = re.sub(r"(?m)^target = [^#\n]*", f"target = {{ seconds = {target_s} }}", text)
    text = re.sub(r'(?m)^hours = "\w+"', 'hours = "always"', text)
    return text.replace("\n[citizen_defaults]\n", '\n[citizen_defaults]\nhours = "always"\n')


def shipped_sites() -> str:
    """The shipped fleet, its loopback addresses moved into the lab."""
    return (SHIPPED / "sites.toml").read_text(encoding="utf-8").replace("127.77.", "10.77.")


def many_sites(count: int, *, on_map: bool = False) -> str:
    """A fleet of ``count`` sites: backbone links, a centre for every four labs behind it; each fifth speaks IPv6."""
    return "\n".join(site(number, count, on_map=on_map) for number in range(count))


def site(number: int, count: int, *, on_map: bool = False) -> str:
    """One site of that fleet: site-0000, site-0001 …; ``on_map``: with a position."""
    backbones = max(1, count // 100)
    if number < backbones:
        kind, parent = "backbone", None
    elif number % 5 == 0:
        kind, parent = "udc", number % backbones
    else:
        centre = number - number % 5
        kind, parent = "lab", centre if centre >= backbones else 0
    lines = [
        f"[sites.site-{number:04}]",
        f'kind = "{kind}"',
        f'name_bn = "স্থাপনা {number}"',
        f'name_en = "Site {number}"',
        f'union = "{UNIONS[number % len(UNIONS)]}"',
        f'address = "{address(number)}"',
    ]
    if parent is not None:
        lines.append(f'parent = "site-{parent:04}"')
    if on_map:
        lines.append(f"position = [{21 + number % 200 / 40:.3f}, {88.5 + number // 200 / 40:.3f}]")
    return "\n".join(lines) + "\n"


def write_offices(folder: Path, count: int, offices: int) -> None:
    """Share out the ``count`` sites of a configuration among so many offices of eight districts at most."""
    (folder / "sites.toml").unlink()
    districts = min(8, offices)
    tree = ['[offices.nation]\nkind = "nation"\nname_bn = "দেশ"\nname_en = "Nation"\n']
    for number in range(districts):
        names = f'name_bn = "জেলা {number}"\nname_en = "District {number}"\n'
        tree.append(f'[offices.district-{number}]\nkind = "district"\nparent = "nation"\n{names}')
    for number in range(offices):
        id_ = f"office-{number:03}"
        names = f'name_bn = "উপজেলা {number}"\nname_en = "Upazila {number}"\n'
        tree.append(f'[offices.{id_}]\nkind = "upazila"\nparent = "district-{number % districts}"\n{names}')
        (folder / "offices" / id_).mkdir(parents=True)
        prefix = f"U{chr(65 + number // 26)}{chr(65 + number % 26)}"
        charter = f'[office]\n{names}ticket_prefix = "{prefix}"\n[officers.responsible]\nname_bn = "ক"\n'
        (folder / "offices" / id_ / "charter.toml").write_text(charter, encoding="utf-8")
        own = "\n".join(site(each, count) for each in range(number, count, offices))
        own = re.sub("(?m)^parent = .*$", "", own)
        (folder / "offices" / id_ / "sites.toml").write_text(own, encoding="utf-8")
    (folder / "offices.toml").write_text("\n".join(tree), encoding="utf-8")


def address(number: int) -> str:
    """Where that site of ``many_sites`` answers."""
    first = ip_address("fd77::1") if number % 5 == 4 or number >= MOST_IPV4 else ip_address("10.77.2.1")
    return str(first + number)


def _toml(tables: Settings) -> str:
    lines = []
    for table, values in tables.items():
        lines.append(f"[{table}]")
        lines += [f"{key} = {json.dumps(value)}" for key, value in values.items()]
    return "\n".join(lines) + "\n"
