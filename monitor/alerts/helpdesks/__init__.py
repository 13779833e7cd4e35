"""Outside help desks that tickets are mirrored to. See docs/helpdesks.md.

::

    base.py       what a help desk is to us: find, create, look, comment, set its status
    rt.py zammad.py glpi.py    one file each, with its settings and words; registry.py names them
    rest.py       JSON over HTTP with hard limits
    agreeing.py   pure: whose change of state counts, and what is to be done
    telling.py    pure: the words that stand there, and cleaning of the words that come from there
    mirror.py     one ticket's round: look, take over, tell
    queue.py      which ticket is next, and what became of it: the table helpdesk_tickets
"""
