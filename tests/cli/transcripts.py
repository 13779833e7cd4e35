"""Read transcripts on pages of the docs, and compare what is printed with what stands there."""

import os
import pty
import re
import select
import shlex
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from docs.generator.contents import commands

ENTER = "⏎"
PATIENCE_S = 180.0


def transcripts(page: Path) -> dict[str, list[tuple[str, str]]]:
    """By heading: each command that is shown with what it prints, and that."""
    parts = re.split(r"^## (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    shown = {
        title: [(each.command, each.printed) for each in commands(text) if each.printed is not None]
        for title, text in zip(parts[1::2], parts[2::2], strict=True)
    }
    return {title: typed for title, typed in shown.items() if typed}


def pattern_of(printed: str) -> "re.Pattern[str]":
    """What matches the printed text, however blanks run, with anything in place of an ellipsis."""
    words = [re.escape(word).replace("…", ".*?") for word in printed.split()]
    return re.compile(r"\s*" + r"\s*".join(words) + r"\s*", re.DOTALL)


def compare(block: Iterable[tuple[str, str]], home: Path, environment: Mapping[str, str]) -> None:
    """Type the commands in ``home``; each must print what stands beneath it."""
    for command, printed in block:
        done = subprocess.run(
            command,
            shell=True,
            cwd=home,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=120,
        )
        assert pattern_of(printed).fullmatch(done.stdout), f"$ {command}\n{done.stdout}"


def dialogue(page: Path) -> tuple[str, str, Sequence[tuple[str, str]]]:
    """The page's one dialogue: its command, all that is shown, and each question's end with what is typed there."""
    (block,) = re.findall(r"^```dialogue\n\$ (.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    command, _, shown = block.partition("\n")
    typed = []
    for line in shown.splitlines():
        if line.endswith(ENTER):
            question, _, answer = line.removesuffix(ENTER).strip().rpartition(":")
            typed.append((f"{question}:", answer.strip()))
    return command, shown.replace(ENTER, ""), typed


def play(command: str, typed: Sequence[tuple[str, str]], home: Path, environment: Mapping[str, str]) -> tuple[int, str]:
    """Types each answer when its question stands there; returns the exit code and all that was shown."""
    words = shlex.split(command)
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(home)
        os.execvpe(words[0], words, {**environment, "TERM": "dumb", "NO_COLOR": "1"})
    shown, left, answered = "", list(typed), 0
    ends = time.monotonic() + PATIENCE_S
    while time.monotonic() < ends:
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                shown += os.read(terminal, 65_536).decode()
            except OSError:  # the other end is closed
                break
        elif left and pattern_of(f"…{left[0][0]}").fullmatch(shown[answered:]):
            answered = len(shown)
            os.write(terminal, f"{left.pop(0)[1]}\n".encode())
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), shown
