"""What must hold of a run, whatever was done to it: pure, over the log of writes, the truth and the mails.

Each check returns the faults that it found, in words; none is the right answer.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from tests.cluster.write_log import LeaseRow, Write

DUTIES = "duty/"
OF_A_SHARD = {"outages", "affected", "events", "site_states", "excused"}
"""Tables whose rows come of judging: written under the lease of the site's shard, or by a duty."""


@dataclass(frozen=True)
class Fault:
    """A site that was really down, by the clock of the test; ``ended_s``: None while it still is.

    ``unsure_s``: what the start may lie off besides, because nobody could see the site then.
    """

    site: str
    began_s: float
    ended_s: float | None
    unsure_s: float = 0.0


@dataclass(frozen=True)
class Stored:
    """An outage as it stands in the database."""

    id: int
    site: str
    started_s: float
    ended_s: float | None


@dataclass(frozen=True)
class Takeover:
    """A lease that changed hands: from the old holder's last act upon it to the new one's first."""

    name: str
    at_s: float
    took_s: float
    given_back: bool


def unfenced(writes: Sequence[Write], shard_of: Callable[[str], str]) -> Iterator[str]:
    """Writes of a transaction that had not locked the lease they need: the site's shard, or a duty's.

    What a daemon tells of itself (its uplink, its own absence) needs none; what became of a letter is stored by whoever
    claimed it, and proves that by the letter's own row.
    """
    for write in writes:
        names = {fence.name for fence in write.fences}
        if any(name.startswith(DUTIES) for name in names) or _needs_none(write):
            continue
        site = str(write.row.get("site") or "")
        needed = {shard_of(site)} if write.table in OF_A_SHARD and site else set()
        if not names or not needed <= names:
            wanted = ", ".join(needed) or "any lease"
            yield f"{write.op} of {write.table} {write.row.get('id', site)} without {wanted}: had {sorted(names)}"


def _needs_none(write: Write) -> bool:
    match write.table:
        case "events":
            return not write.row.get("site")
        case "gaps":
            return write.row.get("shard") is None
        case "notices":
            return write.op == "UPDATE"
    return False


def epochs_in_turn(writes: Sequence[Write]) -> Iterator[str]:
    """Leases under which an older epoch has written after a newer one, or an epoch was two holders'."""
    newest: dict[str, tuple[int, str]] = {}
    for write in sorted(writes, key=lambda write: write.place):
        for fence in write.fences:
            epoch, holder = newest.get(fence.name, (0, ""))
            if fence.epoch < epoch:
                yield f"{fence.name}: epoch {fence.epoch} ({fence.holder}) wrote {write.table} after epoch {epoch}"
            elif fence.epoch == epoch and holder != fence.holder:
                yield f"{fence.name}: epoch {epoch} was {holder}'s and {fence.holder}'s"
            else:
                newest[fence.name] = (fence.epoch, fence.holder)


@dataclass(frozen=True)
class Matched:
    """The truth against what is stored: the outages of each fault, by its place, and those that never were."""

    of_fault: Mapping[int, Sequence[Stored]]
    invented: Sequence[Stored]


def matched(faults: Sequence[Fault], stored: Sequence[Stored], slack_s: float) -> Matched:
    """Give each stored outage to the fault of its site during which it began; by their place in ``faults``."""
    found: dict[int, list[Stored]] = {number: [] for number in range(len(faults))}
    invented = []
    for outage in stored:
        for number, fault in enumerate(faults):
            end_s = float("inf") if fault.ended_s is None else fault.ended_s
            if fault.site == outage.site and fault.began_s - slack_s <= outage.started_s <= end_s + slack_s:
                found[number].append(outage)
                break
        else:
            invented.append(outage)
    return Matched(found, invented)


def outages_against_truth(faults: Sequence[Fault], stored: Sequence[Stored], slack_s: float) -> Iterator[str]:
    """Faults that are missing or stored twice, with a wrong start, still open; and outages that never were."""
    found = matched(faults, stored, slack_s)
    for number, fault in enumerate(faults):
        rows = found.of_fault[number]
        when = datetime.fromtimestamp(fault.began_s, UTC).strftime("%H:%M:%S.%f")[:-3]
        if len(rows) != 1:
            which = ", ".join(f"{row.id} from {row.started_s - fault.began_s:+.1f} s" for row in rows)
            yield f"{fault.site}, down from {when}: {len(rows)} outages ({which}), expected 1"
            continue
        (row,) = rows
        late_s = row.started_s - fault.began_s
        if not -slack_s <= late_s <= slack_s + fault.unsure_s:
            yield f"{fault.site}, down from {when}: starts {late_s:+.1f} s off, may {slack_s + fault.unsure_s:.1f}"
        if (fault.ended_s is None) != (row.ended_s is None):
            yield f"{fault.site}, down from {when}: its end is {row.ended_s}, in truth {fault.ended_s}"
    for row in found.invented:
        yield f"outage {row.id} of {row.site} never was"


def numbers_with_gaps(numbers: Collection[tuple[int, int]]) -> Iterator[str]:
    """Ticket numbers (year, number) that are missing or doubled: each year counts from 1."""
    by_year: dict[int, list[int]] = defaultdict(list)
    for year, number in numbers:
        by_year[year].append(number)
    for year, found in sorted(by_year.items()):
        missing = set(range(1, max(found) + 1)) - set(found)
        doubled = [number for number, times in Counter(found).items() if times > 1]
        if missing or doubled:
            yield f"tickets of {year}: missing {sorted(missing)}, doubled {sorted(doubled)}"


@dataclass(frozen=True)
class Arrived:
    """A mail in somebody's letter box."""

    message_id: str
    reader: str
    subject: str
    text: str


def mails_too_many(arrived: Sequence[Arrived], sent: Collection[tuple[str, str]], interruptions: int) -> Iterator[str]:
    """Mails that came again too often or in other words, and mails that are said to be sent and never came.

    ``sent``: Message-ID and reader of what the outbox says is sent. Each of ``interruptions`` may double one mail.
    """
    copies: dict[tuple[str, str], list[Arrived]] = defaultdict(list)
    for mail in arrived:
        copies[mail.message_id, mail.reader].append(mail)
    again = sum(len(mails) - 1 for mails in copies.values())
    if again > interruptions:
        yield f"{again} mails came again, with {interruptions} interruptions"
    for (message_id, reader), mails in copies.items():
        if len({(mail.subject, mail.text) for mail in mails}) > 1:
            yield f"{message_id} to {reader} came in different words"
    for message_id, reader in sorted(set(sent) - copies.keys()):
        yield f"{message_id} to {reader} is marked as sent and never came"


def takeovers(rows: Sequence[LeaseRow]) -> Iterator[Takeover]:
    """Every change of a lease's holder."""
    last: dict[str, LeaseRow] = {}
    for row in rows:
        before = last.get(row.name)
        if before is not None and before.holder and before.holder != row.holder:
            given_back = before.until_s <= before.at_s + 0.5
            yield Takeover(row.name, row.at_s, row.at_s - before.at_s, given_back)
        last[row.name] = row


def longest_blindness(seen_s: Sequence[float], began_s: float, ended_s: float) -> tuple[float, float]:
    """The longest time without a probe between two moments, and when it began; ``seen_s`` in order."""
    moments = [began_s, *(at for at in seen_s if began_s <= at <= ended_s), ended_s]
    return max((after - before, before) for before, after in pairwise(moments))
