"""The outbox worker: lease → render → hand over → mark."""

import logging
from pathlib import Path

from monitor.alerts import letters, outbox
from monitor.alerts.channels.base import Channel, PermanentFailure, Recipient, TemporaryFailure
from monitor.alerts.channels.email import EmailChannel
from monitor.alerts.complaints import ASKER
from monitor.alerts.office import Office
from monitor.clock import Clock
from monitor.settings.mail_address import is_mail_address
from monitor.store.session import Store

log = logging.getLogger(__name__)

OUTBOX_FOLDER = "outbox"


def channel_of(office: Office, state: Path, home: Path) -> Channel:
    """The channel that the configuration asks for."""
    return EmailChannel(office.mail, state / OUTBOX_FOLDER, home)


def deliver_next(store: Store, office: Office, channel: Channel, clock: Clock) -> bool:
    """Delivers the next notice that is due; False when there was none. Never raises for the sake of one letter."""
    with store.write() as session:
        letter = outbox.lease_next(session, clock.utc())
    if letter is None:
        return False
    try:
        proof = channel.deliver(letter, _recipient(office, letter), letters.render(letter))
    except TemporaryFailure as error:
        log.warning("%s to %s: %s; another try follows", letter.message_id, letter.recipient, error)
        with store.write() as session:
            outbox.mark_failed(session, letter, str(error), office, clock.utc())
    except PermanentFailure as error:
        log.error("%s to %s is given up: %s", letter.message_id, letter.recipient, error)
        with store.write() as session:
            outbox.mark_dead(session, letter, str(error), clock.utc())
    except Exception as error:  # a letter that cannot be written must not stop those behind it
        log.exception("%s to %s is given up", letter.message_id, letter.recipient)
        with store.write() as session:
            outbox.mark_dead(session, letter, f"{type(error).__name__}: {error}", clock.utc())
    else:
        log.info("%s to %s: %s", letter.message_id, letter.recipient, proof)
        with store.write() as session:
            outbox.mark_sent(session, letter, proof, clock.utc())
    return True


def _recipient(office: Office, letter: outbox.Letter) -> Recipient:
    """The officer of the charter as it is now, or the one who asked."""
    if letter.recipient == ASKER:
        asked = letter.facts["asked"]
        return Recipient(asked["name"], asked["email"] if is_mail_address(asked["email"]) else None)
    officer = office.charter.officer(letter.recipient)
    return Recipient(officer.name("bn"), officer.email)
