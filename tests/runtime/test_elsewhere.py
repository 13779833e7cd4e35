"""Sites that another daemon watches: pages show what it has stored, and by whom they are watched."""

from pathlib import Path

from monitor.domain.leases import shard_name
from monitor.judging.health import State
from monitor.runtime.elsewhere import ElsewhereReader
from monitor.runtime.leases import SoleHolder
from tests.runtime.nodes import A, B, Node, two_nodes


def reader_of(node: Node, changed: list[str]) -> ElsewhereReader:
    return ElsewhereReader(node.clock, node.store, node.live, node.leases, changed.extend)


async def test_what_another_daemon_has_stored_is_shown_with_its_name(tmp_path: Path) -> None:
    changed: list[str] = []
    with two_nodes(tmp_path) as (one, two):
        await two.take(shard_name(B))
        await one.take(shard_name(A))
        for _ in range(3):
            one.round("a", answers=False)
            two.round("b", answers=False)
        await one.writer.turn()
        await two.writer.turn()
        reader = reader_of(one, changed)
        await reader.turn()
        assert [one.live.board.state(each) for each in "ab"] == [State.DOWN, State.DOWN]
        assert (one.live.watcher("a"), one.live.watcher("b"), one.live.watcher("none")) == (None, "", None)
        assert changed == ["site:b"]
        with one.store.write() as session:
            two.hold_on(session)
        await reader.turn()
        assert one.live.watcher("b") == "two"
        assert changed == ["site:b"], "its state is the same"
        await reader.close()


async def test_who_takes_a_site_shows_what_it_sees_itself(tmp_path: Path) -> None:
    with two_nodes(tmp_path) as (one, two):
        await two.take(shard_name(B))
        for _ in range(3):
            two.round("b", answers=False)
        await two.writer.turn()
        reader = reader_of(one, [])
        await reader.turn()
        await one.take(shard_name(B))
        for _ in range(3):
            one.round("b", answers=True)
        assert one.live.board.state("b") is State.UP
        await reader.turn()
        assert (one.live.board.state("b"), one.live.watcher("b")) == (State.UP, None)
        await reader.close()


async def test_where_the_database_is_a_file_nothing_is_read(tmp_path: Path) -> None:
    with two_nodes(tmp_path) as (one, _):
        reader = ElsewhereReader(one.clock, one.store, one.live, SoleHolder(), lambda _: None)
        await reader.run()
        await reader.close()
