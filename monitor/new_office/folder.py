"""Write an office's configuration as texts: the shipped files with the office's answers in them. Pure.

Comments of the shipped files stay: they say what each key means. Nothing of the office that they were shipped with
remains in force: neither its officers nor its sites.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import Any

import tomlkit

from monitor.new_office.answers import Answers
from monitor.settings.charter_file import OfficerEntry

NAMES = ("calendar.toml", "charter.toml", "holidays.toml", "monitor.toml", "sites.toml")
SECRETS = PurePosixPath("secrets")
MAIL_SECRET = SECRETS / "mail"
_EXAMPLE = re.compile(r"^# THIS IS AN EXAMPLE.*?^#\n", re.MULTILINE | re.DOTALL)
_ABOUT_CHARTER = re.compile(r"\A(?:#.+\n)+#\n")


def shipped() -> dict[str, str]:
    """Return the texts of the shipped configuration, by the name of their file."""
    folder = files("monitor.new_office") / "base"
    return {name: (folder / name).read_text(encoding="utf-8") for name in NAMES}


def written(answers: Answers, sites: Iterable[str], base: Mapping[str, str]) -> dict[str, str]:
    """Return the texts of the office's files. ``sites``: each site's part of sites.toml; ``base``: see `shipped`."""
    return {
        **base,
        "charter.toml": _charter(answers, base["charter.toml"]),
        "monitor.toml": _monitor(answers, base["monitor.toml"]),
        "sites.toml": _sites(sites, base["sites.toml"]),
    }


def secret_of(name: str, key: str) -> PurePosixPath:
    """Return where a secret of the credentials ``name`` goes; ``key``: as the configuration names it."""
    return SECRETS / (name if key == "community_file" else f"{name}-{key.split('_', maxsplit=1)[0]}")


def secrets_of(answers: Answers) -> dict[str, tuple[Path, PurePosixPath]]:
    """Return each secret of the answers: by its key, the file that it is in, and where it goes."""
    found: dict[str, tuple[Path, PurePosixPath]] = {}
    if answers.mail.password_file is not None:
        found["mail.password_file"] = answers.mail.password_file, MAIL_SECRET
    for version in ("v2c", "v3"):
        for name, entry in getattr(answers.snmp, version).items():
            for key in (key for key in type(entry).model_fields if key.endswith("_file")):
                if (file := getattr(entry, key)) is not None:
                    found[f"snmp.{version}.{name}.{key}"] = file, secret_of(name, key)
    return found


def _charter(answers: Answers, base: str) -> str:
    office = answers.office
    about = (
        f"# The Citizen's Charter of {_one_line(office.name_en)}, as data.\n"
        "# Begun from the charter that Bheramara's office published on 15/04/2024: compare each row with your own.\n#\n"
    )
    document: Any = tomlkit.parse(_ABOUT_CHARTER.sub("", base, count=1))
    table = document["office"]
    for key, value in office.model_dump().items():
        if value is None:
            table.pop(key, None)
        else:
            table[key] = value
    for part in ("responsible", "grievance"):
        _replace_officer(document["officers"][part], getattr(answers.officers, part), answers)
    return about + tomlkit.dumps(document)


def _replace_officer(table: Any, officer: OfficerEntry, answers: Answers) -> None:
    """Put an officer in another's place; what only concerned that one goes."""
    role = {key: table[key] for key in ("role_bn", "role_en") if key in table}
    for key in list(table):
        del table[key]
    given = {key: value for key, value in officer.model_dump(exclude_defaults=True).items() if value}
    if not officer.office_bn and not role:
        given |= {"office_bn": answers.office.name_bn, "office_en": answers.office.name_en}
    filled = {"email": ""} | role | given
    for key in (name for name in OfficerEntry.model_fields if name in filled):
        table[key] = list(filled[key]) if isinstance(filled[key], tuple) else filled[key]


def _monitor(answers: Answers, base: str) -> str:
    document: Any = tomlkit.parse(base)
    mail = answers.mail
    for key, value in mail.model_dump(exclude_defaults=True, exclude={"password_file"}).items():
        document["mail"][key] = str(value) if key == "ca_file" else value
    if mail.password_file is not None:
        document["mail"]["password_file"] = str(MAIL_SECRET)
    if answers.listen != "127.0.0.1:9786":
        document["web"]["listen"] = answers.listen
    for version in ("v2c", "v3"):
        for name, entry in getattr(answers.snmp, version).items():
            document["snmp"].setdefault(version, tomlkit.table(is_super_table=True))[name] = {
                key: str(secret_of(name, key)) if key.endswith("_file") else value
                for key, value in entry.model_dump(exclude_defaults=True).items()
            }
    if answers.references:
        document["vantage"] = tomlkit.table(is_super_table=True)
        document["vantage"]["main"] = {"references": list(answers.references)}
    return tomlkit.dumps(document)


def _sites(sites: Iterable[str], base: str) -> str:
    header = _EXAMPLE.sub("", base[: base.index("# ----")], count=1)
    return header + "\n".join(sites)


def with_parents(rows: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """Return the rows, those without a parent behind the backbone link of their union, where there is one alone.

    A link itself stays as it is, and so does what stands in no union.
    """
    links: dict[str, list[str]] = {}
    for row in rows:
        if row["kind"] == "backbone" and row["union"]:
            links.setdefault(row["union"], []).append(row["id"])
    found = []
    for row in rows:
        behind = links.get(row["union"], [])
        wanted = row["kind"] != "backbone" and not row["parent"] and len(behind) == 1
        found.append({**row, "parent": behind[0] if wanted else row["parent"]})
    return found


def _one_line(text: str) -> str:
    return " ".join(text.split())
