"""What a run has come to: all checks over what the database, the network and the letter boxes hold of it."""

import re
import statistics
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from zlib import crc32

from sqlalchemy import select

from monitor.domain.leases import SHARDS, shard_name
from monitor.store import ticket_history
from monitor.store.models import Notice, Outage, Ticket
from monitor.store.opening import open_store
from tests.cluster import checker, fleet, write_log
from tests.cluster.checker import Arrived, Fault, Matched, Stored, Takeover
from tests.cluster.cluster import Cluster, daemon_name
from tests.cluster.disturbances import Kind
from tests.cluster.network import daemon_address
from tests.cluster.probes import Probe
from tests.cluster.run import Done, Down, Played
from tests.cluster.write_log import LeaseRow, Write

ROUND_S = 1.5  # a round's own length, and the lateness of a busy machine
NAME = re.compile(daemon_name(0).replace("0", r"(\d+)"))
AFTER_TERMS = 3  # what happens so many terms of a lease after a disturbance may be its work


@dataclass(frozen=True)
class Gap:
    """A host that nobody who could see has looked at for longer than an interval; seconds since 1970."""

    host: str
    began_s: float
    ended_s: float

    @property
    def length_s(self) -> float:
        return self.ended_s - self.began_s


@dataclass(frozen=True)
class Verdict:
    """All that is counted of a run, and what is ``wrong`` with it, in words."""

    played: Played
    faults: Sequence[Fault]
    found: Matched
    takeovers: Sequence[Takeover]
    gaps: Sequence[Gap]
    mails: int
    mails_again: int
    tickets: int
    events: int
    writes: int
    after_s: float
    wrong: Sequence[str]


def verdict(cluster: Cluster, played: Played) -> Verdict:
    """Read everything, and check it."""
    with cluster.server.connect() as connection:
        writes = write_log.writes(connection)
        leases = write_log.lease_rows(connection)
    looks = looks_of(cluster, leases)
    opened = [write for write in writes if write.table == "outages" and write.op == "INSERT"]
    interval_s = cluster.size.interval_s
    faults = [fault_of(down, looks, opened, interval_s) for down in played.downs]
    store = open_store(cluster.home, cluster.here)
    try:
        with store.read() as session:
            stored = [
                Stored(
                    row.id,
                    row.site,
                    row.silent_since_utc.timestamp(),
                    None if row.ended_utc is None else row.ended_utc.timestamp(),
                )
                for row in session.scalars(select(Outage).order_by(Outage.id))
            ]
            numbers = [(year, number) for year, number in session.execute(select(Ticket.year, Ticket.seq))]
            is_mail = (Notice.sent_utc.is_not(None), Notice.folded_into.is_(None), Notice.dead_utc.is_(None))
            sent = [(message_id, "") for message_id in session.scalars(select(Notice.message_id).where(*is_mail))]
            chain = ticket_history.verify(session)
    finally:
        store.close()
    mails = cluster.mails.mails
    arrived = [Arrived(mail.header("Message-ID"), "", mail.header("Subject"), mail.text()) for mail in mails]
    slack_s = interval_s + ROUND_S
    wrong = [
        *played.trouble,
        *checker.unfenced(writes, shard_of),
        *checker.epochs_in_turn(writes),
        *checker.outages_against_truth(faults, stored, slack_s),
        *checker.numbers_with_gaps(numbers),
        *([f"the chain: {chain.fault}"] if chain.fault else []),
        *checker.mails_too_many(arrived, sent, len(played.done)),
    ]
    return Verdict(
        played,
        faults,
        checker.matched(faults, stored, slack_s),
        list(checker.takeovers(leases)),
        list(gaps_of(cluster, looks, played)),
        len(mails),
        len(mails) - len({mail.message_id for mail in arrived}),
        len(numbers),
        chain.events,
        len(writes),
        AFTER_TERMS * cluster.size.term_s,
        wrong,
    )


def shard_of(site: str) -> str:
    """The lease of a site, reckoned here anew."""
    return shard_name(crc32(fleet.root_of(site).encode()) % SHARDS)


def looks_of(cluster: Cluster, leases: Sequence[LeaseRow]) -> Mapping[str, list[Probe]]:
    """The probes of each host that count: by who held its shard, or was the last to, and whose cable was not cut."""
    held = holders_of(leases)
    found: dict[str, list[Probe]] = {}
    for tree in range(cluster.size.trees):
        taken_s, holders = held.get(shard_of(fleet.site_id(tree, 0)), ([], []))
        for place in range(1 + fleet.BRANCHES):
            host = fleet.address(tree, place)
            found[host] = [
                probe
                for probe in cluster.probes.of_host.get(host, [])
                if (number := bisect_right(taken_s, probe.at_s)) and holders[number - 1] == probe.source
                if not any(who == probe.source and a_s <= probe.at_s <= b_s for who, a_s, b_s in cluster.blind_s)
            ]
    return found


def holders_of(leases: Sequence[LeaseRow]) -> Mapping[str, tuple[list[float], list[str]]]:
    """When each lease was taken, and the address of the daemon that took it."""
    found: dict[str, tuple[list[float], list[str]]] = {}
    last: dict[str, str] = {}
    for row in leases:
        if last.get(row.name) != row.holder:
            last[row.name] = row.holder
            taken_s, holders = found.setdefault(row.name, ([], []))
            taken_s.append(row.at_s)
            holders.append(address_in(row.holder))
    return found


def address_in(holder: str) -> str:
    """The address of a holder, which bears its daemon's name."""
    name = NAME.search(holder)
    return daemon_address(int(name[1])) if name else ""


def fault_of(down: Down, looks: Mapping[str, list[Probe]], opened: Sequence[Write], interval_s: float) -> Fault:
    """What was true of a site, and how late who stored its outage could see it first.

    Whoever is stopped or loses its lease before it has stored an outage takes what it has seen along: who comes after
    begins with its own first look.
    """
    seen = looks.get(fleet.address(down.tree, down.place), [])
    moments = [probe.at_s for probe in seen]
    stored_s = (write.at_s for write in opened if write.row["site"] == down.site and write.at_s > down.began_s)
    first, last = bisect_left(moments, down.began_s), bisect_left(moments, next(stored_s, down.began_s))
    unsure_s = 0.0
    for number in range(first, min(last, len(seen))):
        before = seen[number - 1] if number else None
        new_hand = before is not None and before.source != seen[number].source
        hole = before is None or seen[number].at_s - before.at_s > interval_s + ROUND_S
        if new_hand or hole:
            unsure_s = seen[number].at_s - down.began_s
    return Fault(down.site, down.began_s, down.ended_s, unsure_s)


def gaps_of(cluster: Cluster, looks: Mapping[str, list[Probe]], played: Played) -> Iterator[Gap]:
    """All times that a host was not looked at for longer than an interval."""
    longest_s = cluster.size.interval_s + ROUND_S
    for tree in range(cluster.size.trees):
        for place in range(1 + fleet.BRANCHES):
            host = fleet.address(tree, place)
            inside = [look.at_s for look in looks.get(host, []) if played.began_s <= look.at_s <= played.ended_s]
            moments = [played.began_s, *inside, played.ended_s]
            for before, after in pairwise(moments):
                if after - before > longest_s:
                    yield Gap(host, before, after)


def overlaps(done: Done, began_s: float, ended_s: float, after_s: float) -> bool:
    """Whether what happened between two moments may be the work of a disturbance."""
    return began_s <= done.ended_s + after_s and ended_s >= done.began_s


def table(found: Verdict) -> str:
    """The table of a run, as it stands in the docs: for each kind how often, and what came of it.

    What happened while several were under way counts for each of them.
    """
    lines = [
        "| disturbance | times | lost | doubled | takeover, median / longest (s) | longest without a look (s) |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    done, after_s = found.played.done, found.after_s
    groups = [(kind.value, [each for each in done if each.what.kind is kind]) for kind in Kind]
    for name, those in [*groups, ("all", done)]:
        if not those:
            continue
        hit = [
            number
            for number, fault in enumerate(found.faults)
            if any(overlaps(each, fault.began_s, fault.ended_s or fault.began_s, after_s) for each in those)
        ]
        counts = [len(found.found.of_fault[number]) for number in hit]
        took = [
            take.took_s
            for take in found.takeovers
            if not take.given_back
            and any(overlaps(each, take.at_s - take.took_s, take.at_s, after_s) for each in those)
        ]
        blind = [
            gap.length_s
            for gap in found.gaps
            if any(overlaps(each, gap.began_s, gap.ended_s, after_s) for each in those)
        ]
        lines.append(
            f"| {name} | {len(those)} | {counts.count(0)} | {sum(count - 1 for count in counts if count > 1)} | "
            f"{_pair(took)} | {max(blind, default=0):.1f} |"
        )
    summary = (
        f"{len(found.faults)} outages, {len(found.found.invented)} that never were; {found.tickets} tickets, "
        f"{found.events} lines of history in one chain; {found.mails} mails, {found.mails_again} of them again; "
        f"{found.writes} rows written."
    )
    return "\n".join([*lines, "", summary])


def worst(found: Verdict) -> str:
    """The longest times that somebody was not looked at, and when: to be looked up among what was done."""
    longest = sorted(found.gaps, key=lambda gap: -gap.length_s)[:5]
    zero_s = found.played.began_s
    return "\n".join(f"{gap.began_s - zero_s:7.1f} s  {gap.host} for {gap.length_s:.1f} s" for gap in longest)


def _pair(took: Sequence[float]) -> str:
    return f"{statistics.median(took):.1f} / {max(took):.1f}" if took else "–"
