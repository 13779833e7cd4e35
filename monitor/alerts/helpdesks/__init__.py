"""Talk to outside help desks: one program a file.

What is done with them: docs/helpdesks.md.

::

    base.py       what a help desk is to us: find, create, look, comment, set its status
    rt.py zammad.py glpi.py    one file each, with its settings and words; registry.py names them
    rest.py       JSON over HTTP with hard limits
    markup.py     what they write as HTML, as plain text
"""
