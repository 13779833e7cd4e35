"""What an office installs: a wheel and a Debian package, with the list of their parts and their checksums.

::

    wheel.py     the wheel, from that source
    source.py    the files that git knows, and the time of the last commit
    tree.py      what the Debian package lays on a machine: /opt, the example configuration, units, docs
    completions.py  what three shells need to complete commands
    debian.py    the package itself, by nfpm
    build.py     `scripts/package`: all of it, into one folder
"""
