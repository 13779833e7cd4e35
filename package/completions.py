"""The completion of three shells, as files that each finds by itself."""

from pathlib import Path

from typer.completion import get_completion_script  # type: ignore[attr-defined]  # it is documented, not exported

PROGRAM = "upazila-monitor"
VARIABLE = "_UPAZILA_MONITOR_COMPLETE"
PLACES = {
    "bash": Path(f"usr/share/bash-completion/completions/{PROGRAM}"),
    "zsh": Path(f"usr/share/zsh/vendor-completions/_{PROGRAM}"),
    "fish": Path(f"usr/share/fish/vendor_completions.d/{PROGRAM}.fish"),
}


def completions() -> dict[str, str]:
    """Return the script of each shell, by its name."""
    found = {shell: get_completion_script(prog_name=PROGRAM, complete_var=VARIABLE, shell=shell) for shell in PLACES}
    # zsh loads the file when Tab is pressed for the first time, and then wants to have that answered as well.
    registers = f"compdef _upazila_monitor_completion {PROGRAM}"
    if found["zsh"].count(registers) != 1:
        raise ValueError(f"the script for zsh: expected {registers!r} once")
    found["zsh"] = found["zsh"].replace(registers, f'{registers}\n_upazila_monitor_completion "$@"')
    return {shell: script.strip() + "\n" for shell, script in found.items()}
