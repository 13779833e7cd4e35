"""A network namespace that lives as long as this process, and what can be done inside it.

A namespace lives as long as its holder, a ``cat`` that reads from a pipe which only this process writes to. When this
process ends, however it ends, the holder ends too; what was started inside asks the kernel to be killed with us.
"""

import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO, Self

# Ordinary users of Debian have no sbin in their PATH.
PATH = os.environ.get("PATH", os.defpath) + ":/usr/sbin:/sbin"

ONLY_WITH_US = '[ "$PPID" = "$0" ] && exec "$@"'


class LabError(Exception):
    """This machine, or this user, cannot have a lab; the message says why and what would help."""


@dataclass(frozen=True)
class Namespace:
    """One side of the network. Whatever runs in it dies with this process, kill -9 included."""

    name: str
    holder: "subprocess.Popen[str]"
    of_user: bool  # inside a user namespace, where an ordinary user is root
    started: "list[subprocess.Popen[str]]" = field(default_factory=list, compare=False, repr=False)

    @classmethod
    def made_by(cls, argv: Sequence[str], name: str, *, of_user: bool) -> Self:
        """The namespace that ``argv`` (such as ``unshare -n``) makes; LabError says why it was refused."""
        return cls(name, _hold(argv), of_user)

    @property
    def entering(self) -> list[str]:
        """What stands before a command that is started inside."""
        return [
            *("nsenter", "-t", str(self.holder.pid), "-n"),
            *(("-U", "--preserve-credentials") if self.of_user else ()),
        ]

    def command(self, argv: Sequence[str]) -> list[str]:
        """``argv``, to be started inside. Nothing forks on the way, so the process keeps its id."""
        # Who asks to be killed with us after we are gone would live for ever: hence the look at the parent.
        return [*self.entering, "setpriv", "--pdeathsig", "KILL", "sh", "-c", ONLY_WITH_US, str(os.getpid()), *argv]

    def run(
        self, argv: Sequence[str], *, check: bool = True, text: str | None = None, timeout_s: float = 60
    ) -> "subprocess.CompletedProcess[str]":
        """Runs a command inside, feeding it ``text``, and returns what it printed."""
        done = subprocess.run(
            self.command(argv),
            input=text,
            stdin=None if text is not None else subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=timeout_s,
            check=False,
            env={**os.environ, "PATH": PATH},
        )
        if check and done.returncode:
            raise RuntimeError(
                f"{' '.join(argv)} in {self.name}: exit code {done.returncode}\n{done.stdout}{done.stderr}"
            )
        return done

    def popen(
        self,
        argv: Sequence[str],
        *,
        pass_fds: Sequence[int] = (),
        env: Mapping[str, str] | None = None,
        stdin: int | IO[str] | None = subprocess.DEVNULL,
        stdout: int | IO[str] | None = None,
        stderr: int | IO[str] | None = None,
    ) -> "subprocess.Popen[str]":
        """Starts a command inside; a Ctrl-C at the terminal does not reach it, so that it is stopped in order.

        It dies with the lab, and with the thread that started it.
        """
        process = subprocess.Popen(
            self.command(argv),
            pass_fds=pass_fds,
            env={**os.environ, "PATH": PATH, **(env or {})},
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            encoding="utf-8",
            start_new_session=True,
        )
        self.started.append(process)
        return process

    def close(self) -> None:
        """Kills what still runs inside, and lets the namespace go."""
        for process in self.started:
            if process.poll() is None:
                process.kill()
            process.wait()
        _let_go(self.holder)

    def open_socket(self, family: int, kind: int, protocol: int = 0) -> socket.socket:
        """A socket that lives inside while this process, outside, uses it; as root of the namespace, raw ones too."""
        ours, theirs = socket.socketpair()
        opener = (
            "import socket, sys; family, kind, protocol, link = map(int, sys.argv[1:]);"
            "made = socket.socket(family, kind, protocol);"
            "socket.send_fds(socket.socket(fileno=link), [b'.'], [made.fileno()])"
        )
        words = [sys.executable, "-I", "-c", opener, str(family), str(kind), str(protocol), str(theirs.fileno())]
        with ours, theirs:
            process = self.popen(words, pass_fds=[theirs.fileno()], stderr=subprocess.PIPE)
            _, errors = process.communicate(timeout=30)
            if process.returncode:
                raise RuntimeError(f"no socket in {self.name}: {errors}")
            _, descriptors, _, _ = socket.recv_fds(ours, 1, 1)
        return socket.socket(fileno=descriptors[0])


def _hold(argv: Sequence[str]) -> "subprocess.Popen[str]":
    holder = subprocess.Popen(
        [*argv, "cat"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,  # a Ctrl-C must not take the namespace away from under those who still stop in it
        env={**os.environ, "PATH": PATH},
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    assert holder.stderr is not None
    try:
        holder.stdin.write("here\n")
        holder.stdin.flush()
        answered = holder.stdout.readline()
    except BrokenPipeError:
        answered = ""
    if not answered:
        reason = holder.stderr.read().strip()
        _let_go(holder)
        raise LabError(reason or f"exit code {holder.returncode}")
    return holder


def _let_go(holder: "subprocess.Popen[str]") -> None:
    for stream in (holder.stdin, holder.stdout, holder.stderr):
        if stream is not None:
            with suppress(BrokenPipeError):
                stream.close()
    holder.wait(timeout=10)
