"""Reads a line of logfmt by its grammar, as go-logfmt's decoder does: written apart from our writer."""

import json


class NotLogfmt(Exception):
    """The line is none."""


def decoded(line: str) -> dict[str, str]:
    """The line's values by their keys; raises NotLogfmt."""
    pairs: dict[str, str] = {}
    at = 0
    while at < len(line):
        if line[at] == " ":
            at += 1
            continue
        begin = at
        while at < len(line) and line[at] not in ' ="':
            at += 1
        key = line[begin:at]
        if not key or key in pairs or at == len(line) or line[at] != "=":
            raise NotLogfmt(f"no key=value at letter {begin}")
        at += 1
        if at < len(line) and line[at] == '"':
            value, at = json.JSONDecoder().raw_decode(line, at)  # which refuses control characters
            if at < len(line) and line[at] != " ":
                raise NotLogfmt(f"a quoted value goes on at letter {at}")
        else:
            begin = at
            while at < len(line) and line[at] != " ":
                if line[at] in '="' or ord(line[at]) < 0x20:
                    raise NotLogfmt(f"a letter that needs quotes at {at}")
                at += 1
            value = line[begin:at]
        pairs[key] = value
    return pairs
