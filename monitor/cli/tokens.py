"""Run `token`: give out, list and revoke tokens of the API."""

from typing import Annotated

import typer

from monitor.cli import completion
from monitor.cli.clock import now_of
from monitor.cli.console import console, print_json
from monitor.cli.dates import local
from monitor.cli.errors import acting, settings_in_force, store_of
from monitor.cli.language import _
from monitor.cli.numbers import whole
from monitor.cli.options import Actor, AsJson, by_command
from monitor.cli.users import NodeOf, places_of

app = typer.Typer(help="Give out, list and revoke tokens of the API.", no_args_is_help=True)

OPTIONS = {
    "name": "NAME: ",
    "scope": "--scope: ",
    "days": "--days: ",
    "union": "--union: ",
    "kind": "--kind: ",
    "node": "--node: ",
}

Name = Annotated[str, typer.Argument(metavar="NAME", help="For whom or what it is.")]


@app.command()
def add(
    context: typer.Context,
    name: Name,
    scope: Annotated[
        list[str], typer.Option("--scope", help="What it may do, such as status:read; may be given several times.")
    ],
    days: Annotated[int, whole(least=1, most=365, says="How long it holds.")] = 365,
    union: Annotated[
        list[str],
        typer.Option(help="Only this union's sites; may be given several times.", autocompletion=completion.unions),
    ] = [],  # noqa: B006
    kind: Annotated[
        list[str],
        typer.Option(help="Only sites of this kind; may be given several times.", autocompletion=completion.kinds),
    ] = [],  # noqa: B006
    feed: Annotated[
        bool, typer.Option("--feed", help="For a calendar feed: it stands in the feed's address and reads that alone.")
    ] = False,
    node: NodeOf = None,
    as_json: AsJson = False,
    actor: Actor = "",
) -> None:
    """Give out a token and print it, alone; it is not stored, and cannot be shown again."""
    from monitor.accounts import tokens
    from monitor.accounts.documents import token_document
    from monitor.store import token_rows

    settings = settings_in_force(context.obj)
    now_utc = now_of(settings)
    wanted = tokens.Wanted(name, scope, days, union, kind, feed, node or "")
    with store_of(settings) as store, acting(OPTIONS), store.write_once() as session:
        token = tokens.give_out(by_command(session, settings, now_utc, actor), wanted, places_of(context))
        row = token_rows.token(session, name)
        assert row is not None
        document = token_document(row)
    if as_json:
        print_json({**document, "token": token})
    else:
        print(token)


@app.command(name="list")
def list_(context: typer.Context, as_json: AsJson = False) -> None:
    """List all tokens, revoked and expired ones included; none is shown itself."""
    from monitor.accounts import tokens
    from monitor.accounts.documents import token_document
    from monitor.store import token_rows

    settings = settings_in_force(context.obj)
    now_utc = now_of(settings)
    with store_of(settings) as store, store.read() as session:
        rows = token_rows.tokens(session)
        found = [(token_document(row), tokens.holds(row, now_utc)) for row in rows]
    if as_json:
        print_json([document for document, _holds in found])
    elif not found:
        print(_("No tokens."))
    else:
        from monitor.cli.listing import Listing

        scopes = _("Scopes")
        table = Listing(_("Token"), scopes, _("Until"), _("Last used"), _("State"), prose={scopes})
        for row, holds in found:
            state = _("valid") if holds else _("revoked") if row["revoked_utc"] else _("expired")
            times = [local(at) if at else "–" for at in (row["expires_utc"], row["used_utc"])]
            table.add_row(row["name"], ", ".join(row["scopes"]), *times, state)
        console().print(table)


@app.command()
def revoke(context: typer.Context, name: Name, actor: Actor = "") -> None:
    """Revoke a token at once and for ever; its name is not used again."""
    from monitor.accounts import tokens

    settings = settings_in_force(context.obj)
    now_utc = now_of(settings)
    with store_of(settings) as store, acting(OPTIONS), store.write_once() as session:
        tokens.revoke(by_command(session, settings, now_utc, actor), name)
    print(_("Token {name} is revoked.", name=name))
