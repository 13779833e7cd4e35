"""Names with a deadline: a resolver that is silent for some keeps nobody else waiting. Resolvers here are functions."""

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from monitor.domain.reasons import ReasonCode
from monitor.net.deadline import Cancellation, Cancelled, Deadline, DeadlinePassed
from monitor.net.names import Address, Names, NamesBusy, NoSuchName, ascii_name
from tests.lab.waiting import patient

FOUND = [Address(2, ("127.0.0.9", 0))]


class Resolver:
    """Silent for names that begin with 'silent' until released; answers the others at once."""

    def __init__(self) -> None:
        self.released = threading.Event()
        self.asked: list[str] = []

    def __call__(self, name: str) -> list[Address]:
        self.asked.append(name)
        if name.startswith("silent"):
            self.released.wait(30)
        return FOUND


def test_a_silent_resolver_is_left_at_the_deadline_and_one_name_takes_one_thread() -> None:
    resolver = Resolver()
    names = Names(resolver)
    for _ in range(5):
        begun_s = time.monotonic()
        with pytest.raises(DeadlinePassed):
            names.look_up("silent.example", 80, Deadline.after(0.1))
        assert time.monotonic() - begun_s < patient(1)
    assert resolver.asked == ["silent.example"]
    resolver.released.set()
    # The answer that came late is for whoever asks next.
    assert names.look_up("silent.example", 80, Deadline.after(5)) == [Address(2, ("127.0.0.9", 80))]


def test_names_that_kept_us_waiting_hold_at_most_half_of_the_places() -> None:
    resolver, now_ns = Resolver(), [0]
    names = Names(resolver, lambda: now_ns[0], most=8)
    for number in range(8):
        with pytest.raises(DeadlinePassed):
            names.look_up(f"silent-{number}.example", 80, Deadline.after(0.01))
    # All places are taken by names of which nobody knew better …
    with pytest.raises(NamesBusy):
        names.look_up("good.example", 80, Deadline.after(1))
    now_ns[0] += 5_000_000_000
    with pytest.raises(NamesBusy):
        names.look_up("good.example", 80, Deadline.after(1))
    resolver.released.set()
    while names._running:
        time.sleep(0.001)
    # … but only once: from then on the others have their half.
    resolver.released.clear()
    outcomes = []
    for number in range(8):
        try:
            names.look_up(f"silent-{number}.example", 80, Deadline.after(0.01))
        except (DeadlinePassed, NamesBusy) as error:
            outcomes.append(type(error))
    assert outcomes == [DeadlinePassed] * 4 + [NamesBusy] * 4
    assert names.look_up("good.example", 80, Deadline.after(5)) == [Address(2, ("127.0.0.9", 80))]
    resolver.released.set()


def test_a_look_up_that_is_lost_for_good_does_not_bar_its_name_for_good() -> None:
    resolver, now_ns = Resolver(), [0]
    names = Names(resolver, lambda: now_ns[0])
    with pytest.raises(DeadlinePassed):
        names.look_up("silent.example", 80, Deadline.after(0.01))
    now_ns[0] += 31_000_000_000
    for _ in range(3):
        with pytest.raises(DeadlinePassed):
            names.look_up("silent.example", 80, Deadline.after(0.01))
        now_ns[0] += 31_000_000_000
    assert len(resolver.asked) == 2  # and no more than two threads are lost with it
    resolver.released.set()


def test_many_who_ask_at_once_ask_once() -> None:
    resolver = Resolver()
    names = Names(resolver)
    with ThreadPoolExecutor(10) as threads:
        futures = [threads.submit(names.look_up, "silent.example", 1, Deadline.after(10)) for _ in range(10)]
        while not resolver.asked:
            time.sleep(0.001)
        resolver.released.set()
        assert all(future.result() == [Address(2, ("127.0.0.9", 1))] for future in futures)
    assert len(resolver.asked) == 1


def test_who_stops_waits_for_no_name() -> None:
    resolver, cancellation = Resolver(), Cancellation()
    threading.Timer(0.1, cancellation.cancel).start()
    begun_s = time.monotonic()
    with pytest.raises(Cancelled):
        Names(resolver).look_up("silent.example", 80, Deadline.after(30, cancellation))
    assert time.monotonic() - begun_s < patient(2)
    resolver.released.set()


@pytest.mark.parametrize(
    ("name", "encoded"),
    [
        ("portal.example", "portal.example"),
        ("_dmarc.Example.", "_dmarc.Example"),
        ("ভেড়ামারা.বাংলা", "xn--15bxei2dmbb8e.xn--54b7fta0cc"),
        ("ভে\u09dcামারা.বাংলা", "xn--15bxei2dmbb8e.xn--54b7fta0cc"),  # the other spelling of ড় is the same name
    ],
)
def test_a_name_is_asked_for_as_it_stands_in_dns(name: str, encoded: str) -> None:
    resolver = Resolver()
    Names(resolver).look_up(name, 80, Deadline.after(5))
    assert resolver.asked == [encoded]


@pytest.mark.parametrize(
    "text", ["a..b", ".", "", "..", "x" * 64 + ".example", "a." * 127 + "abc", "1.2", "127.1", "0x7f.1", "a b", "a/b",
             "\u0000", "a\u202eb", "\u09be.example", "xn--\u09ad", "٣.٤"]
)  # fmt: skip
def test_what_no_resolver_could_ever_find_is_refused_before_it_is_asked(text: str) -> None:
    resolver = Resolver()
    with pytest.raises(NoSuchName, match="name"):
        Names(resolver).look_up(text, 80, Deadline.after(5))
    assert resolver.asked == []


def test_an_address_needs_no_resolver_and_a_link_local_one_needs_its_zone() -> None:
    resolver = Resolver()
    names = Names(resolver)
    assert names.look_up("127.0.0.9", 80, Deadline.after(5)) == [Address(2, ("127.0.0.9", 80))]
    assert names.look_up("fe80::1%lo", 80, Deadline.after(5)) == [Address(10, ("fe80::1", 80, 0, 1))]
    with pytest.raises(NoSuchName, match="fe80::1 needs a zone"):
        names.look_up("fe80::1", 80, Deadline.after(5))
    with pytest.raises(NoSuchName, match="'nosuch0' is no interface"):
        names.look_up("fe80::1%nosuch0", 80, Deadline.after(5))
    assert resolver.asked == []


def test_the_machines_own_resolver_is_asked() -> None:
    assert Address(2, ("127.0.0.1", 80)) in Names().look_up("localhost", 80, Deadline.after(10))
    assert ascii_name("localhost") == "localhost"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (socket.EAI_NONAME, ReasonCode.NO_SUCH_NAME),
        (socket.EAI_AGAIN, ReasonCode.RESOLVER_SILENT),
        (socket.EAI_FAMILY, ReasonCode.TEXT),
    ],
)
def test_what_the_resolver_says_is_a_code(monkeypatch: pytest.MonkeyPatch, error: int, code: ReasonCode) -> None:
    def refuses(*_: object, **__: object) -> None:
        raise socket.gaierror(error, "Words of the System")

    monkeypatch.setattr(socket, "getaddrinfo", refuses)
    with pytest.raises(NoSuchName) as caught:
        Names().look_up("somebody.example", 80, Deadline.after(5))
    assert caught.value.reason is not None
    assert caught.value.reason.code == code
