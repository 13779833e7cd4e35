"""Name the series of the history. Echoes have their device's id, traffic that of the link, a UPS one of its own."""


def ups_series(device: str) -> str:
    """Return the series of a device's UPS; no id of a device or link has such a mark in it."""
    return f"{device}#ups"
