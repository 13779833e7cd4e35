"""What a daemon takes and gives away, so that each has a fair share and nothing lies idle."""

from collections import Counter
from collections.abc import Sequence

from monitor.domain.leases import ALL_NAMES, SHARDS, Duty, shard_name, shard_of
from monitor.runtime.fair_share import LONG_FREE, Peer, share_of, to_give, to_take

TERM_S = 6.0
LONG = LONG_FREE * TERM_S
FIT, UNFIT = Peer(0, fit=True), Peer(0, fit=False)
SHARD_NAMES = [shard_name(shard) for shard in range(SHARDS)]


def took(names: Sequence[str], seen_s: float = 0.0, own: Sequence[str] = (), peers: Sequence[Peer] = (),
         given: Sequence[str] = (), *, fit: bool = True) -> list[str]:  # fmt: skip
    return list(to_take(dict.fromkeys(names, seen_s), own, given, peers, TERM_S, fit=fit))


def test_who_is_alone_takes_everything_at_once() -> None:
    assert took(ALL_NAMES) == list(ALL_NAMES)


def test_of_several_each_takes_its_share_and_leaves_the_rest_to_the_others() -> None:
    assert [share_of(daemons) for daemons in (0, 1, 2, 3, 4, 5, 64, 65)] == [64, 64, 32, 22, 16, 13, 1, 1]
    assert took(SHARD_NAMES, peers=[FIT] * 3) == SHARD_NAMES[:16]
    assert took(SHARD_NAMES[16:], own=SHARD_NAMES[:10], peers=[FIT] * 3) == SHARD_NAMES[16:22]
    assert took(SHARD_NAMES[16:], own=SHARD_NAMES[:16], peers=[FIT] * 3) == []


def test_what_has_been_free_for_half_a_term_anybody_takes_for_who_is_counted_as_living_may_be_dead() -> None:
    dead = [Peer(32, fit=True)] * 3
    assert took(SHARD_NAMES[32:], LONG - 0.1, own=SHARD_NAMES[:32], peers=dead) == []
    assert took(SHARD_NAMES[32:], LONG, own=SHARD_NAMES[:32], peers=dead) == SHARD_NAMES[32:]


def test_a_shard_is_given_to_who_has_two_fewer_one_at_a_time_and_not_taken_back_at_once() -> None:
    own = dict.fromkeys(Duty, 1) | dict.fromkeys(SHARD_NAMES[:32], 3) | {SHARD_NAMES[32]: 2}
    assert to_give(own, [Peer(31, fit=True)], fit=True) == [SHARD_NAMES[32]], "the one that has moved least"
    assert to_give(own, [Peer(32, fit=True)], fit=True) == []
    assert to_give(own, [], fit=True) == []
    assert took([SHARD_NAMES[32]], peers=[FIT] * 3, given=[SHARD_NAMES[32]]) == []
    assert took([SHARD_NAMES[32]], LONG, peers=[FIT] * 3, given=[SHARD_NAMES[32]]) == [SHARD_NAMES[32]]


def test_who_comes_later_has_its_share_in_the_end_and_nothing_goes_to_and_fro() -> None:
    """Daemons that look in turn, each at what the others have said: the last word of each is one turn old."""
    own: list[list[str]] = [list(SHARD_NAMES), [], [], []]
    moves: Counter[str] = Counter()
    for _ in range(200):
        said = [Peer(len(some), fit=True) for some in own]
        for number, some in enumerate(own):
            others = [peer for other, peer in enumerate(said) if other != number]
            free = sorted(set(SHARD_NAMES) - {name for each in own for name in each})
            if giving := to_give({name: moves[name] for name in some}, others, fit=True):
                own[number] = [name for name in some if name not in giving]
                moves.update(giving)
            else:
                own[number] = [*some, *took(free, own=some, peers=others)]
    assert sorted(map(len, own)) == [16, 16, 16, 16]
    assert sorted(name for some in own for name in some) == SHARD_NAMES
    assert 48 <= moves.total() <= 96, "48 had to move"


def test_no_shard_moves_again_and_again_while_daemons_come_and_go() -> None:
    own: list[list[str]] = [list(SHARD_NAMES), [], []]
    moves: Counter[str] = Counter()
    for turn in range(120):
        away = turn // 10 % 3  # each in its turn is away for a while, and what it had is the others'
        said = [Peer(len(some), fit=True) for some in own]
        for number, some in enumerate(own):
            if number == away:
                own[number] = []
                continue
            others = [peer for other, peer in enumerate(said) if other not in {number, away}]
            free = sorted(set(SHARD_NAMES) - {name for each in own for name in each})
            if giving := to_give({name: moves[name] for name in some}, others, fit=True):
                own[number] = [name for name in some if name not in giving]
                moves.update(giving)
            else:
                own[number] = [*some, *took(free, LONG, own=some, peers=others)]
    assert moves.total() >= 30
    assert max(moves.values()) <= 3


def test_duties_go_to_whose_clock_is_trusted_and_an_untrusted_one_gives_them_back() -> None:
    duties = sorted(Duty)
    assert took(duties, peers=[FIT]) == duties
    assert took(duties, LONG, peers=[FIT], fit=False) == []
    assert to_give(dict.fromkeys([*duties, "shard/00"], 1), [Peer(1, fit=True)], fit=False) == duties
    # Where nobody's clock is trusted, the work that does not go by it is still done.
    assert took(duties, peers=[UNFIT], fit=False) == []
    assert took(duties, LONG, peers=[UNFIT], fit=False) == duties
    assert to_give(dict.fromkeys([*duties, "shard/00"], 1), [Peer(1, fit=False)], fit=False) == []
    assert [shard_of(name) for name in took(["shard/03"], peers=[FIT], fit=False)] == [3], "its sites it judges"
