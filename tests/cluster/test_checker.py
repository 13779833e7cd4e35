"""The checker of the cluster, proved by logs that are wrong on purpose: each fault that it is for is found."""

from tests.cluster.checker import (
    Arrived,
    Fault,
    Stored,
    Takeover,
    epochs_in_turn,
    longest_blindness,
    mails_too_many,
    numbers_with_gaps,
    outages_against_truth,
    takeovers,
    unfenced,
)
from tests.cluster.write_log import Fence, LeaseRow, Write

A1, B2 = Fence("shard/07", 1, "a/1"), Fence("shard/07", 2, "b/1")


def write(place: int, *fences: Fence, table: str = "outages", site: str = "lab-1") -> Write:
    return Write(place, float(place), table, "INSERT", {"id": place, "site": site}, fences)


def of_seven(_site: str) -> str:
    return "shard/07"


def test_writes_of_one_epoch_after_the_other_are_right() -> None:
    assert list(epochs_in_turn([write(1, A1), write(2, A1), write(3, B2)])) == []


def test_a_write_of_an_older_epoch_after_a_newer_one_is_found_whatever_the_order_of_the_log() -> None:
    (told,) = epochs_in_turn([write(3, A1), write(1, A1), write(2, B2)])
    assert told == "shard/07: epoch 1 (a/1) wrote outages after epoch 2"


def test_one_epoch_of_two_holders_is_found() -> None:
    (told,) = epochs_in_turn([write(1, A1), write(2, Fence("shard/07", 1, "a/2"))])
    assert told == "shard/07: epoch 1 was a/1's and a/2's"


def test_other_leases_have_epochs_of_their_own() -> None:
    assert list(epochs_in_turn([write(1, B2), write(2, Fence("shard/08", 1, "a/1"))])) == []


def test_a_write_without_its_lease_is_found() -> None:
    assert list(unfenced([write(1, A1)], of_seven)) == []
    duty = Fence("duty/cases", 4, "a/1")
    assert list(unfenced([write(1, duty), write(2, duty, table="tickets")], of_seven)) == []
    for bad in (write(1), write(1, Fence("shard/08", 1, "a/1")), write(1, table="tickets")):
        (told,) = unfenced([bad], of_seven)
        assert "without" in told


def test_what_a_daemon_tells_of_itself_needs_no_lease() -> None:
    lost = Write(1, 1.0, "events", "INSERT", {"id": 1, "site": "", "kind": "vantage_lost"})
    away = Write(2, 2.0, "gaps", "INSERT", {"id": 1, "shard": None})
    assert list(unfenced([lost, away], of_seven)) == []
    assert len(list(unfenced([Write(2, 2.0, "gaps", "INSERT", {"id": 1, "shard": 7})], of_seven))) == 1


DOWN = Fault("lab-1", 100.0, 150.0)


def test_an_outage_that_is_stored_once_with_its_start_is_right() -> None:
    assert list(outages_against_truth([DOWN], [Stored(1, "lab-1", 101.0, 152.0)], 5)) == []


def test_what_is_lost_doubled_invented_misdated_or_left_open_is_found() -> None:
    once = Stored(1, "lab-1", 101.0, 152.0)
    cases = {
        "0 outages": [],
        "2 outages": [once, Stored(2, "lab-1", 120.0, 152.0)],
        "never was": [once, Stored(2, "lab-2", 101.0, 152.0)],
        "starts +9.0 s off": [Stored(1, "lab-1", 109.0, 152.0)],
        "its end is None": [Stored(1, "lab-1", 101.0, None)],
    }
    for words, stored in cases.items():
        (told,) = outages_against_truth([DOWN], stored, 5)
        assert words in told


def test_a_start_may_be_as_late_as_nobody_could_see_the_site() -> None:
    blind = Fault("lab-1", 100.0, 150.0, unsure_s=8.0)
    assert list(outages_against_truth([blind], [Stored(1, "lab-1", 109.0, 152.0)], 5)) == []


def test_two_faults_of_a_site_are_two_outages() -> None:
    later = Fault("lab-1", 300.0, 350.0)
    stored = [Stored(1, "lab-1", 101.0, 152.0), Stored(2, "lab-1", 302.0, 352.0)]
    assert list(outages_against_truth([DOWN, later], stored, 5)) == []


def test_missing_and_doubled_numbers_are_found() -> None:
    assert list(numbers_with_gaps([(2026, 2), (2026, 1), (2027, 1)])) == []
    assert list(numbers_with_gaps([(2026, 1), (2026, 3)])) == ["tickets of 2026: missing [2], doubled []"]
    assert list(numbers_with_gaps([(2026, 1), (2026, 1)])) == ["tickets of 2026: missing [], doubled [1]"]


MAIL = Arrived("<a@x>", "r@x", "down", "words")


def test_a_mail_may_come_again_once_for_each_interruption_in_the_same_words() -> None:
    sent = {("<a@x>", "r@x")}
    assert list(mails_too_many([MAIL, MAIL], sent, 1)) == []
    assert list(mails_too_many([MAIL, MAIL], sent, 0)) == ["1 mails came again, with 0 interruptions"]
    other = Arrived("<a@x>", "r@x", "down", "other words")
    assert list(mails_too_many([MAIL, other], sent, 1)) == ["<a@x> to r@x came in different words"]


def test_a_mail_that_is_marked_as_sent_and_never_came_is_found() -> None:
    assert list(mails_too_many([], {("<a@x>", "r@x")}, 9)) == ["<a@x> to r@x is marked as sent and never came"]


def test_a_takeover_is_counted_from_the_old_holders_last_act() -> None:
    rows = [
        LeaseRow(0.0, "shard/07", "a/1", 1, 6.0),
        LeaseRow(2.0, "shard/07", "a/1", 1, 8.0),
        LeaseRow(8.5, "shard/07", "b/1", 2, 14.5),
        LeaseRow(9.0, "shard/07", "b/1", 2, 9.0),
        LeaseRow(9.6, "shard/07", "a/1", 3, 15.6),
    ]
    assert list(takeovers(rows)) == [
        Takeover("shard/07", 8.5, 6.5, False),
        Takeover("shard/07", 9.6, 9.6 - 9.0, True),
    ]


def test_the_longest_time_without_a_probe_is_found_also_at_both_ends() -> None:
    assert longest_blindness([10.0, 12.0, 19.0, 20.0], 9.0, 21.0) == (7.0, 12.0)
    assert longest_blindness([], 9.0, 21.0) == (12.0, 9.0)
    assert longest_blindness([10.0, 11.0], 9.0, 21.0) == (10.0, 11.0)
