"""Describe the configuration at a start and in `check`: what is monitored, and what is missing."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from os.path import isfile
from pathlib import Path

from monitor.charter.office import Office
from monitor.charter.offices import MOST_NAMED, of_offices
from monitor.domain.message import N_, Message, message, messages, said_by
from monitor.i18n.terms import COUNTED
from monitor.runtime.server_certificate import NoCertificate, certificate_of
from monitor.settings.installation import Installation
from monitor.settings.load import Settings
from monitor.settings.secrets import SecretError, closed_mode, is_open_to_others, read_secret, secret_path
from monitor.store.database import Store

EXPIRES_SOON = timedelta(days=14)


def summary(settings: Settings) -> Message:
    """Return the fleet in numbers: '30 sites (3 backbone links, 6 labs, …), 31 devices', with the number of offices."""
    kinds = Counter(site.kind for site in settings.fleet.sites.values())
    fleet = message(
        "{sites} ({kinds}), {devices}",
        sites=messages("{count} site", "{count} sites", len(settings.fleet.sites)),
        kinds=[messages(*COUNTED[kind], count) for kind, count in kinds.items()],
        devices=messages("{count} device", "{count} devices", len(settings.fleet.devices)),
    )
    if not settings.spans_offices:
        return fleet
    count = len({site.office for site in settings.fleet.sites.values()})
    return message("{offices}: {fleet}", offices=messages("{count} office", "{count} offices", count), fleet=fleet)


def warnings_of_all(installation: Installation, now_utc: datetime) -> Iterator[Message]:
    """Yield the warnings of every office."""
    yield from faults_of_all(installation, lambda settings: warnings(settings, Office.of(settings), now_utc))


def faults_of_all(installation: Installation, faults: Callable[[Settings], Iterable[Message]]) -> Iterator[Message]:
    """Yield the faults of every office, each once: with the offices that it is about, unless it is about all."""
    found: dict[str, tuple[Message, list[str]]] = {}
    for id_, settings in installation.offices.items():
        for each in faults(settings):
            found.setdefault(str(each), (each, []))[1].append(id_)
    for fault, ids in found.values():
        yield fault if len(ids) == len(installation.offices) else of_offices(fault, ids)


def warnings(settings: Settings, office: Office, now_utc: datetime) -> Iterator[Message]:
    """Yield what works only in part until the office configures it."""
    mail = settings.monitor.mail
    if not mail.configured:
        text = N_("no mail server in monitor.toml [mail]: mails are written to {folder} and reach nobody")
        yield message(text, folder=settings.state / "outbox")
    if not office.charter.officers_confirmed:
        yield message(
            "the officers in charter.toml are not confirmed as this office's own: mails are written to files and reach "
            "nobody. When names and addresses are right, set officers_confirmed = true under [office] of charter.toml"
        )
    for officer in office.charter.without_email():
        text = N_("no e-mail address for officers.{role} in charter.toml: mails to this officer go to files")
        yield message(text, role=officer.role)
    yield from unreadable_secrets(settings)
    for path in secret_files(settings):
        yield from _open_to_others(path)
    yield from _certificate_faults(settings, now_utc)
    yield from faulty_entries(settings)
    for year in office.calendar.missing_years(office.calendar.local(now_utc).date()):
        text = N_("no list of public holidays for {year} in holidays.toml: its deadlines are estimates")
        yield message(text, year=year)
    for year in office.calendar.missing_ramadans(office.calendar.local(now_utc).date()):
        yield message("no dates of Ramadan for {year} in calendar.toml: its office hours are estimates", year=year)


def unreadable_secrets(settings: Settings) -> Iterator[Message]:
    """Yield which secrets cannot be read. A path that leads nowhere is not shown: it may be the secret itself."""
    for key, path, so in _secrets(settings):
        try:
            read_secret(path, key)
        except SecretError as error:
            yield message("{fault}: until then {consequence}", fault=said_by(error), consequence=so)


def secret_files(settings: Settings) -> Iterator[Path]:
    """Yield the files of secrets that are there, the page's own key left out."""
    yield from (path for _, path, _ in _secrets(settings) if isfile(path))


def faulty_entries(settings: Settings) -> Iterator[Message]:
    """Yield what is wrong with channels, recipients and positions, although it can be read."""
    for section in settings.monitor.channels.values():
        yield from section.faults(settings.home)
    for name, recipient in settings.monitor.recipients.items():
        for fault in recipient.faults():
            yield message("recipients.{name}: {fault}", name=name, fault=fault)
    for site in settings.fleet.sites.values():
        if site.position and not (20 <= site.position[0] <= 27 and 88 <= site.position[1] <= 93):
            yield message("sites.{site}.position lies outside Bangladesh. Expected [latitude, longitude]", site=site.id)


def _open_to_others(path: Path) -> Iterator[Message]:
    if is_open_to_others(path):
        yield message("{path} can be read by others: chmod {mode} {path}", path=path, mode=closed_mode(path))


def _certificate_faults(settings: Settings, now_utc: datetime) -> Iterator[Message]:
    """Yield what is wrong with the page's certificate, or that it soon expires."""
    certificate = certificate_of(settings)
    if certificate is None:
        return
    try:
        certificate.context()
    except NoCertificate as fault:
        yield message("{fault}. Until then there is no page", fault=said_by(fault))
        return
    expires_utc = certificate.expires_utc()
    if expires_utc is not None and expires_utc - now_utc < EXPIRES_SOON:
        text = N_("the page's certificate expires on {date}: {path}. Expected one that lasts longer")
        yield message(text, date=expires_utc.date(), path=certificate.path)
    yield from _open_to_others(certificate.key_path)


def _secrets(settings: Settings) -> Iterator[tuple[str, Path, Message]]:
    """Yield the keys of monitor.toml that name files with secrets, those files, and what does not work without them."""
    home, monitor = settings.home, settings.monitor
    if monitor.mail.password_file:
        yield "mail.password_file", home / monitor.mail.password_file, message("no mail can be sent")
    for key, file in _snmp_secrets(settings):
        yield key, secret_path(home, file), message("its devices cannot be read by SNMP")
    for key, file in monitor.helpdesk.secrets:
        yield f"helpdesk.{key}", home / file, message("tickets cannot be mirrored to the help desk")
    for name, recipient in monitor.recipients.items():
        for key, file in recipient.secrets:
            yield f"recipients.{name}.{key}", home / file, message("nothing is sent there")
    for name, section in monitor.channels.items():
        for key, file in section.secrets:
            yield f"channels.{name}.{key}", home / file, message("nothing is sent that way")


def _snmp_secrets(settings: Settings) -> Iterator[tuple[str, Path]]:
    """Yield the keys of [snmp] that name files, and those files."""
    snmp = settings.monitor.snmp
    for name, community in snmp.v2c.items():
        yield f"snmp.v2c.{name}.community_file", community.community_file
    for name, user in snmp.v3.items():
        for key, file in (("auth_key_file", user.auth_key_file), ("priv_key_file", user.priv_key_file)):
            if file:
                yield f"snmp.v3.{name}.{key}", file


def startup_lines(installation: Installation, store: Store) -> Iterator[Message]:
    """Yield what is running, and where to look."""
    settings = installation.host
    every = settings.monitor.probing.interval_s
    yield message("monitoring {fleet} every {interval:g} s", fleet=summary(settings), interval=every)
    yield store.described()
    desks = dict.fromkeys(office.monitor.helpdesk.key for office in installation.offices.values())
    for desk in [each for each in desks if each][:MOST_NAMED]:
        yield message("tickets are mirrored to {helpdesk}", helpdesk=desk)
