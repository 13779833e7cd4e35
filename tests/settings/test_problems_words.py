"""What is told of a fault is a sentence of ours, tells no secret, and comes whatever a file holds."""

import random
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from monitor.configuration import load
from monitor.settings.problems import ConfigError
from tests.places import SHIPPED
from tests.settings.offices import faults, office
from tests.settings.toml_text import as_toml

__all__ = ["office"]

NOT_OURS = re.compile(
    r"Value error|Input should|should be|pattern|Expected have|Assertion|pydantic|Traceback|Expected another value"
    r"|valid (integer|number|string|boolean)|characters? *$|Unable to|unexpected|^Extra|\bNone\b|\bTrue\b|\bFalse\b"
    r"|datetime\.|<class|\[type="
)
CANARY = "hunter2-canary"
MORE = {  # what the shipped files leave out
    "sites.toml": """
[sites.more]
kind = "backbone"
name_bn = "ক"
name_en = "A"
union = "u"
position = [24.0, 89.0]
parent = "backbone-north"
hours = "always"
feeder = "f"
operator = "o"
operator_hours = 6.0
link = { device = "more/router", interface = "ether1", speed_mbps = 100.0 }
[sites.more.devices.router]
address = "127.77.9.9"
ttl = 64
dscp = 0
payload_bytes = 56
dont_fragment = false
role = ""
snmp = "core"
snmp_port = 161
snmp_source = "127.77.9.8"
[sites.more.services.page]
kind = "http"
url = "https://example.org/"
status = 200
body = "x"
verify = true
ca_file = "ca.pem"
certificate_days = 14
[sites.more.services.name]
kind = "dns"
name = "example.org"
type = "A"
server = "127.0.0.1"
expect = "127.0.0.1"
[sites.more.services.mail]
kind = "smtp"
host = "example.org"
port = 25
security = "starttls"
banner = "x"
verify = true
ca_file = "ca.pem"
certificate_days = 14
[sites.more.services.port]
kind = "tcp"
host = "example.org"
port = 80
""",
    "monitor.toml": """
[snmp.v2c.core]
community_file = "community"
[snmp.v3.signed]
user = "monitor"
auth = "SHA-256"
auth_key_file = "auth"
priv = "AES-128"
priv_key_file = "priv"
allow_weak = false
[recipients.chief]
channel = "email"
name = "Chief"
email = "chief@example.org"
lang = "both"
kinds = ["opened"]
severities = ["urgent"]
stages = [1]
site_kinds = ["udc"]
hours = "always"
timeout_s = 20.0
[recipients.chat]
channel = "apprise"
url_file = "chat"
[recipients.phone]
channel = "sms"
phone = "+8801711000000"
lang = "bn"
[channels.sms]
most_parts = 2
[channels.sms.http]
url = "https://sms.example.org/send"
send_as = "form"
fields = { to = "{number}", message = "{text}", key = "{key}" }
headers = { Authorization = "Bearer x" }
secret_files = { key = "key" }
coding = ["text", "unicode"]
status = [200]
success = "SUBMITTED"
refused = ["invalid"]
ca_file = "ca.pem"
allow_http = false
[recipients.alerts]
channel = "alertmanager"
url = "http://127.0.0.1:9093/"
[vantage.uplink]
references = ["127.77.8.8"]
behind = "backbone-north"
[maintenance.cable]
text = "new cable"
sites = ["backbone-north"]
behind = "backbone-north"
begins = 2026-12-01T22:00:00
ends = 2026-12-01T23:00:00
[maintenance.weekly]
text = "backup"
days = ["sunday"]
opens = "02:00"
closes = "03:00"
until = 2026-12-31T00:00:00
[acknowledged.known]
text = "known"
until = 2026-12-31T00:00:00
sites = ["backbone-north"]
[modules.weather]
applies_to = "1.3.6.1.4.1.99999"
[[modules.weather.metrics]]
name = "weather_c"
oid = "1.3.6.1.4.1.99999.1.0"
help = "x"
type = "gauge"
scale = 0.1
none = [1]
on_battery = [2]
""",
}


def whole(office: Path) -> dict[str, dict[str, Any]]:
    """All files with all that may stand in them; each is written so."""
    found: dict[str, dict[str, Any]] = {}
    for file in sorted(office.glob("*.toml")):
        text = file.read_text(encoding="utf-8")
        data = tomllib.loads(text)
        if file.name == "sites.toml":
            data["sites"] = {id_: site for id_, site in data["sites"].items() if site["kind"] == "backbone"}
        more = tomllib.loads(MORE.get(file.name, ""))
        for section, table in more.items():
            data[section] = {**data.get(section, {}), **table}
        found[file.name] = data
        file.write_text(as_toml(data), encoding="utf-8")
    return found


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to everything in ``value``."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key)
        yield from places(item, (*path, key))


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """``value`` with ``new`` at ``path``."""
    if not path:
        return new
    if isinstance(value, dict):
        return {key: replaced(item, path[1:], new) if key == path[0] else item for key, item in value.items()}
    return [replaced(item, path[1:], new) if index == path[0] else item for index, item in enumerate(value)]


def told(office: Path) -> list[str]:
    """What is wrong with the files, if anything is."""
    try:
        load(office)
    except ConfigError as error:
        return [str(problem) for problem in error.problems]
    return []


def test_the_whole_files_of_these_tests_are_sound(office: Path) -> None:
    whole(office)
    assert told(office) == []


SECRETS = (CANARY, f"https://hc.example.org/ping/{CANARY}", f"http://user:{CANARY}@[half", [CANARY], {"a": CANARY})


FILES = ["sites.toml", "monitor.toml", "charter.toml", "calendar.toml", "holidays.toml"]


def kinds(name: str, data: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The way to one of all places that are alike."""
    seen: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for path in places(data):
        if name != "sites.toml" or path[1:2] in ((), ("more",)):
            seen.setdefault(tuple("" if isinstance(part, int) else part for part in path), path)
    return list(seen.values())


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for part in path:
        value = value[part]
    return value


def told_of(office: Path, name: str, data: dict[str, Any]) -> list[str]:
    """What is wrong with ``data`` as that file; no word of it is the secret, or not ours."""
    (office / name).write_text(as_toml(data), encoding="utf-8")
    words = told(office)
    assert CANARY not in "\n".join(words), words
    assert not [word for word in words if NOT_OURS.search(word)], words
    return words


def key_of(path: tuple[Any, ...]) -> str:
    return f": {'.'.join(map(str, path))}: "


@pytest.mark.parametrize("name", FILES)
def test_a_secret_in_the_place_of_any_value_is_not_told(office: Path, name: str) -> None:
    """In all places of one depth at once, in each form; then alone where nothing was told of it.

    Whatever looks at several values together is only asked when each of them can be.
    """
    data = whole(office)[name]
    chosen = kinds(name, data)
    assert len(chosen) > 5
    untold = set()
    for depth in range(1, max(map(len, chosen)) + 1):
        for secret in SECRETS:
            spoilt: Any = data
            for path in (path for path in chosen if len(path) == depth):
                spoilt = replaced(spoilt, path, secret)
            words = "\n".join(told_of(office, name, spoilt))
            untold |= {path for path in chosen if len(path) == depth and key_of(path) not in words}
    for path in untold:
        told_of(office, name, replaced(data, path, CANARY))


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", FILES)
def test_a_secret_alone_in_the_place_of_any_value_is_not_told(office: Path, name: str) -> None:
    data = whole(office)[name]
    for path in kinds(name, data):
        for secret in SECRETS:
            told_of(office, name, replaced(data, path, secret))


@pytest.mark.parametrize("name", FILES)
def test_a_secret_under_a_key_that_there_is_not_is_not_told(office: Path, name: str) -> None:
    data = whole(office)[name]
    tables = [(), *(path for path in kinds(name, data) if isinstance(at(data, path), dict))]
    spoilt: Any = data
    for path in sorted(tables, key=len, reverse=True):
        spoilt = replaced(spoilt, path, {**at(spoilt, path), "password": CANARY, CANARY[:7]: CANARY})
    words = "\n".join(told_of(office, name, spoilt))
    for path in tables:
        alone = replaced(data, path, {**at(data, path), "password": CANARY})
        assert key_of((*path, "password")) in words or told_of(office, name, alone) is not None


VALUES: tuple[Any, ...] = (
    "60", "true", "", "x" * 3_000, "২৪", True, False, 1, 1.0, -1, 0, 10**18, -0.5, 1e300, float("inf"), float("nan"),
    [], {}, [[]], ["24.0", "89.0"], ["a", "a"], {"x": 1}, date(2026, 11, 24), datetime(1, 1, 1, tzinfo=UTC), time(9),
    "\x1b[31m\0",
)  # fmt: skip


def test_every_fault_gets_a_sentence_of_ours(office: Path) -> None:
    files = whole(office)
    rng = random.Random(7)
    chosen = [(name, path) for name, data in files.items() for path in places(data)]
    rng.shuffle(chosen)
    kinds = set()
    for name, path in chosen[:100]:
        value = rng.choice(VALUES)
        (office / name).write_text(as_toml(replaced(files[name], path, value)), encoding="utf-8")
        for words in told(office):
            assert not NOT_OURS.search(words), words
            assert len(words) < 1_000
            kinds.add(words.partition(": ")[2])
        (office / name).write_text(as_toml(files[name]), encoding="utf-8")
    assert len(kinds) > 25


@pytest.mark.parametrize(
    ("line", "told"),
    {
        'probing.interval_s = "60"': "found '60'. Expected a number, without quotes",
        "probing.echoes = true": "found true. Expected a whole number",
        "probing.echoes = 3.0": "found 3.0. Expected a whole number",
        "probing.spacing_s = true": "found true. Expected a number",
        'notices.quiet_hours = "true"': "found 'true'. Expected true or false, without quotes",
        "notices.quiet_hours = 1": "found 1. Expected true or false",
        "web.listen = 9786": "found 9786. Expected a text in quotes",
        "storage.directory = 5": "is no path. Expected one in quotes",
        "notices.morning = 'responsible'": "found a text. Expected a list in square brackets",
    }.items(),
)
def test_types_are_strict(office: Path, line: str, told: str) -> None:
    (office / "monitor.toml").write_text(line, encoding="utf-8")
    assert faults(office) == [f"monitor.toml:1: {line.partition(' ')[0]}: {told}"]


def test_a_position_in_quotes_is_told(office: Path) -> None:
    text = (office / "sites.toml").read_text(encoding="utf-8")
    (office / "sites.toml").write_text(
        re.sub(r"^position = \[.*", 'position = ["24.0", "88.9"]', text, count=1, flags=re.M)
    )
    assert [fault.partition("position")[2] for fault in faults(office)] == [
        ".0: found '24.0'. Expected a number, without quotes",
        ".1: found '88.9'. Expected a number, without quotes",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[web]\nx = ৬০\n", "2: is not TOML: '৬' is a Bangla digit. Expected 0 to 9"),
        ("[web]\nx = 5৮7\n", "2: is not TOML: '৮' is a Bangla digit. Expected 0 to 9"),
        ("[web]\nx = ২০২৬-১২-০১\n", "2: is not TOML: '২' is a Bangla digit"),
        ("[web]\nx = “a”\n", "2: is not TOML: '“' is a curly quote. Expected a straight one"),
        ('[web]\nx = "a”\ny = 1\n', "2: is not TOML: '”' is a curly quote. Expected a straight one"),
        ("[web]\nx = ‘a’\n", "2: is not TOML: '‘' is a curly quote"),
        ("x = " + "[" * 21 + "]" * 21, "1: what stands here lies more than 20 levels deep"),
        ("x = " + "[" * 300_000, "1: what stands here lies more than 20 levels deep"),
        ("x = " + "{a=" * 300_000, "1: what stands here lies more than 20 levels deep"),
        (".".join("a" * 300_000) + " = 1", "1: what stands here lies more than 20 levels deep"),
        ("\n[" + '."a"' * 300_000 + "]", "2: what stands here lies more than 20 levels deep"),
        ("\n\nx = " + "9" * 5_000, "3: what stands here is a number of over 100 digits"),
        ("x = 0x" + "f" * 5_000, "1: what stands here is a number of over 100 digits"),
        ("x = 1" + "_0" * 5_000, "1: what stands here is a number of over 100 digits"),
        ("x = 1." + "0" * 5_000, "1: what stands here is a number of over 100 digits"),
        ("x = 9999-99-99", "1: is not TOML: "),
        ('x = """' + '\\"""' * 100_000, "is not TOML: "),
        ("x = '''" + "''" * 1 + "a" * 1_000_000, "is not TOML: "),
        ('"বাড\u09bcি" = 1\n"বা\u09dcি" = 2\n', "is defined twice, in two spellings of the same letters"),
    ],
    ids=lambda text: text[:25],
)  # fmt: skip
@pytest.mark.timeout(20)
def test_what_a_parser_would_stumble_over_is_told_with_its_line(office: Path, text: str, told: str) -> None:
    (office / "monitor.toml").write_text(text, encoding="utf-8")
    found = faults(office)
    assert len(found) == 1
    assert told in found[0]


@pytest.mark.parametrize("letter", ["\\u001b", "\\u0000", "\\u202e", "\\u2066", "\\u0085", "\\u2028", "\u202e"])
def test_a_letter_that_does_not_show_is_told(office: Path, letter: str) -> None:
    (office / "monitor.toml").write_text(f'[mail]\npage_url = "a{letter}b"\n', encoding="utf-8")
    found = faults(office)
    assert len(found) == 1
    assert found[0].startswith("monitor.toml:2: mail.page_url: has the invisible character U+")
    assert found[0].isprintable()


@pytest.mark.parametrize("letter", ["\\u001b", "\\u0000", "\\u202e"])
def test_a_key_with_a_letter_that_does_not_show_is_told_with_its_own_line(office: Path, letter: str) -> None:
    (office / "monitor.toml").write_text(f'[mail]\nport = 25\n"po{letter}rt" = 25\n', encoding="utf-8")
    found = faults(office)
    assert len(found) == 1
    assert found[0].startswith("monitor.toml:3: mail.po\ufffdrt: has the invisible character U+")


def test_joiners_and_lines_stay_in_a_text(office: Path) -> None:
    text = (office / "charter.toml").read_text(encoding="utf-8")
    bn = re.search(r'^name_bn = "(.*)"', text, re.MULTILINE)
    assert bn is not None
    (office / "charter.toml").write_text(text.replace(bn[1], "র\u200d্যাব\\nঅফিস", 1), encoding="utf-8")
    assert load(office).charter.office.name_bn == "র\u200d্যাব\nঅফিস"


def test_what_only_looks_deep_is_read(office: Path) -> None:
    help_ = f'"""{"[" * 40}"" {"9" * 200}"""'
    with (office / "monitor.toml").open("a", encoding="utf-8") as file:
        file.write(f"# {'[' * 50} {'a.' * 50} {'9' * 200}\n[modules.x]\napplies_to = '1.3{'.1' * 60}'\n")
        file.write(f'[[modules.x.metrics]]\nname = "x_y"\noid = "1.3{".1" * 60}"\nhelp = {help_}\n')
    load(office)


def mutated(rng: random.Random, source: bytes) -> bytes:
    """A file with a few bytes changed, or lines moved, doubled, cut or mixed."""
    lines = source.split(b"\n")
    for _ in range(rng.randint(1, 4)):
        match rng.randrange(6):
            case 0:
                at = rng.randrange(len(source) or 1)
                return source[:at] + bytes(rng.randrange(256) for _ in range(rng.randint(1, 4))) + source[at + 1 :]
            case 1:
                lines.insert(rng.randrange(len(lines)), rng.choice(lines))
            case 2:
                del lines[rng.randrange(len(lines))]
                lines = lines or [b""]
            case 3:
                at = rng.randrange(len(lines))
                key, sign, _ = lines[at].partition(b"=")
                lines[at] = key + sign + b" " + rng.choice(lines).partition(b"=")[2]
            case 4:
                at = rng.randrange(len(lines))
                words = re.split(rb"(\W)", lines[at])
                words[rng.randrange(len(words))] = rng.choice(re.split(rb"(\W)", rng.choice(lines)))
                lines[at] = b"".join(words)
            case 5:
                at = rng.randrange(len(lines))
                lines[at] = lines[at].replace(rng.choice([b'"', b"=", b"[", b"]", b",", b"."]), b"", 1)
    return b"\n".join(lines)


def try_mutations(office: Path, count: int, seed: int) -> None:
    whole(office)
    sources = {file.name: file.read_bytes() for file in sorted(office.glob("*.toml"))}
    sources |= {f"{name} ": (SHIPPED / name).read_bytes() for name in list(sources)}
    rng = random.Random(seed)
    for _ in range(count):
        name = rng.choice(sorted(sources))
        (office / name.strip()).write_bytes(mutated(rng, sources[name]))
        for words in told(office):
            assert not NOT_OURS.search(words), words
        (office / name.strip()).write_bytes(sources[name])


def test_no_mutation_of_a_file_ends_in_anything_but_sentences(office: Path) -> None:
    try_mutations(office, 80, seed=17)


@pytest.mark.long
@pytest.mark.timeout(3_000)
def test_no_mutation_of_many_ends_in_anything_but_sentences(office: Path) -> None:
    try_mutations(office, 100_000, seed=18)
