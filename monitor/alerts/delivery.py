"""The outbox worker: lease → render → hand over → mark."""

import logging
import random
from typing import Literal

from monitor.alerts import leasing, letters, outbox
from monitor.alerts.channels.base import Channel, ChannelAway, PermanentFailure, Recipient, TemporaryFailure
from monitor.alerts.notices.stored import FactsError, unpack_matter
from monitor.alerts.office import Office
from monitor.alerts.outbox import Letter
from monitor.alerts.routing import ASKER
from monitor.clock import Clock
from monitor.settings.mail_address import is_mail_address
from monitor.settings.notices_section import ChannelName
from monitor.store.session import Store

log = logging.getLogger(__name__)

Outcome = Literal["idle", "done", "away"]


def deliver_next(store: Store, office: Office, name: ChannelName, channel: Channel, clock: Clock) -> Outcome:
    """Delivers the next letter of one channel; never raises for the sake of one letter.

    'idle': there was none; 'done': there was, whatever became of it; 'away': the channel cannot be reached now.
    """
    with store.write() as session:
        letter = leasing.lease_next(session, office, name, clock.utc())
    if letter is None:
        return "idle"
    try:
        recipient = recipient_of(office, letter)
        proof = channel.deliver(letter, recipient, letters.render(letter, recipient.lang))
    except ChannelAway as error:
        log.warning("%s to %s: %s; %s rests for a while", letter.message_id, letter.recipient, error, name)
        with store.write() as session:
            outbox.put_back(session, letter, str(error))
        return "away"
    except TemporaryFailure as error:
        log.warning("%s to %s: %s; another try follows", letter.message_id, letter.recipient, error)
        with store.write() as session:
            outbox.mark_failed(session, letter, str(error), office, clock.utc(), random.random())
    except PermanentFailure as error:
        log.error("%s to %s is given up: %s", letter.message_id, letter.recipient, error)
        with store.write() as session:
            outbox.mark_dead(session, letter, str(error), clock.utc())
    except FactsError as error:
        log.error("%s to %s waits, by our own fault: %s", letter.message_id, letter.recipient, error)
        _hold(store, letter, str(error), office, clock)
    except Exception as error:  # a fault of this program must neither lose the letter nor stop those behind it
        log.exception("%s to %s waits, by our own fault", letter.message_id, letter.recipient)
        _hold(store, letter, f"{type(error).__name__}: {error}", office, clock)
    else:
        log.info("%s to %s: %s", letter.message_id, letter.recipient, proof)
        with store.write() as session:
            outbox.mark_sent(session, letter, proof, clock.utc())
    return "done"


def _hold(store: Store, letter: Letter, fault: str, office: Office, clock: Clock) -> None:
    with store.write() as session:
        outbox.hold(session, letter, fault, office, clock.utc(), random.random())


def recipient_of(office: Office, letter: Letter) -> Recipient:
    """Who a letter is for, as the configuration has him now.

    Raises TemporaryFailure when it has him no more: whoever took him out can put him back; FactsError.
    """
    if letter.recipient == ASKER:
        asked = unpack_matter(letter.kind, letter.facts).asked
        if asked is None:
            raise FactsError(f"a notice '{letter.kind}' to whoever asked, without who that was")
        return Recipient(asked.name, asked.email if is_mail_address(asked.email) else None)
    entry = office.recipients.get(letter.recipient)
    if entry is not None:
        address = entry.email or entry.url or str(entry.url_file)
        return Recipient(entry.name or letter.recipient, address, entry.lang, entry.timeout_s)
    officer = office.charter.officers.get(letter.recipient)
    if officer is None:
        raise TemporaryFailure(f"the configuration has no '{letter.recipient}' any more")
    return Recipient(officer.name("bn"), officer.email, officer.lang)
