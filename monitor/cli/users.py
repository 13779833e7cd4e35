"""Run `user`: add users of the console, list and change them, and end their sessions."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import completion
from monitor.cli.clock import now_of
from monitor.cli.console import console, print_json
from monitor.cli.dates import local
from monitor.cli.errors import BAD_INPUT, Failure, acting, installation_in_force, settings_in_force, store_of
from monitor.cli.language import _, lang, n_, term
from monitor.cli.options import Actor, AsJson, Seen, as_seen, by_command
from monitor.domain.message import message, said_by
from monitor.domain.roles import Role
from monitor.i18n.languages import lookup
from monitor.i18n.terms import KINDS, ROLES

if TYPE_CHECKING:
    from monitor.accounts.documents import UserDocument
    from monitor.accounts.nodes import Places
    from monitor.accounts.passwords import PasswordHash
    from monitor.store.work import Work

app = typer.Typer(help="Add, change and list the users of the console.", no_args_is_help=True)

OPTIONS = {
    "name": "NAME: ",
    "role": "--role: ",
    "union": "--union: ",
    "kind": "--kind: ",
    "node": "--node: ",
    "lang": "--lang: ",
    "email": "--email: ",
    "phone": "--phone: ",
    "password": "--password-file: ",
}

Name = Annotated[str, typer.Argument(metavar="NAME", help="The user's name for the log-in.")]
PasswordFile = Annotated[
    Path | None,
    typer.Option("--password-file", metavar="FILE", help="A file with the password in its first line."),
]
Unions = Annotated[
    list[str],
    typer.Option(
        "--union",
        help="Only for this union's sites; may be given several times. '' for all.",
        autocompletion=completion.unions,
    ),
]
Kinds = Annotated[
    list[str],
    typer.Option(
        "--kind",
        help="Only for sites of this kind; may be given several times. '' for all.",
        autocompletion=completion.kinds,
    ),
]
NodeOf = Annotated[
    str | None,
    typer.Option(
        "--node",
        metavar="ID",
        help="Only for what belongs to this place of offices.toml: an office, a district. '' for the whole.",
    ),
]
Language = Annotated[str | None, typer.Option("--lang", help="The user's language: bn or en.")]
NameBn = Annotated[str | None, typer.Option("--name-bn", help="The full name in Bangla.")]
NameEn = Annotated[str | None, typer.Option("--name-en", help="The full name in English.")]
Email = Annotated[str | None, typer.Option("--email", help="The e-mail address.")]
Phone = Annotated[str | None, typer.Option("--phone", help="The telephone number.")]


@app.command()
def add(
    context: typer.Context,
    name: Name,
    role: Annotated[Role, typer.Option("--role", help="What the user may do.")],
    password_file: PasswordFile = None,
    union: Unions = [],  # noqa: B006
    kind: Kinds = [],  # noqa: B006
    lang: Language = None,
    name_bn: NameBn = None,
    name_en: NameEn = None,
    email: Email = None,
    phone: Phone = None,
    node: NodeOf = None,
    as_json: AsJson = False,
    actor: Actor = "",
) -> None:
    """Add a user. Without a password file, print the link by which they choose a password within 24 hours."""
    from monitor.accounts import users
    from monitor.accounts.documents import user_document
    from monitor.accounts.users import Profile

    profile = Profile(role, _names(union), _names(kind), lang, name_bn, name_en, email, phone, node)
    with acting(OPTIONS):
        password = _password(password_file, name)
    with _acts(context, actor) as work:
        user = users.add(work, name, profile, password, places=places_of(context))
        link = "" if password else link_of(work, users.invite(work, user.name))
        document = user_document(user)
    _say_user(document, link, as_json=as_json)


@app.command()
def change(
    context: typer.Context,
    name: Name,
    role: Annotated[Role | None, typer.Option("--role", help="What the user may do.")] = None,
    union: Unions = [],  # noqa: B006
    kind: Kinds = [],  # noqa: B006
    lang: Language = None,
    name_bn: NameBn = None,
    name_en: NameEn = None,
    email: Email = None,
    phone: Phone = None,
    node: NodeOf = None,
    as_json: AsJson = False,
    actor: Actor = "",
    seen: Seen = None,
) -> None:
    """Change a user; another role, scope or place ends their sessions."""
    from monitor.accounts import users
    from monitor.accounts.documents import user_document
    from monitor.accounts.users import Profile

    unions, kinds = (_names(typed) if typed else None for typed in (union, kind))
    profile = Profile(role, unions, kinds, lang, name_bn, name_en, email, phone, node)
    if profile == Profile():
        raise Failure(message("what is to be changed? Expected one of the options, such as --role"), BAD_INPUT)
    with _acts(context, actor) as work:
        document = user_document(users.change(work, name, profile, seen=as_seen(seen), places=places_of(context)))
    _say_user(document, "", as_json=as_json)


@app.command(name="list")
def list_(context: typer.Context, as_json: AsJson = False) -> None:
    """List all users, disabled ones included."""
    from monitor.accounts.documents import user_document
    from monitor.store import user_rows

    with store_of(settings_in_force(context.obj)) as store, store.read() as session:
        found = [user_document(user) for user in user_rows.users(session)]
    if as_json:
        print_json(found)
    elif not found:
        print(_("No users. The first one is added by `upazila-monitor user add NAME --role admin`."))
    else:
        from monitor.cli.listing import Listing

        table = Listing(_("User"), _("Role"), _("For"), _("Second factor"), _("Last seen"), _("State"))
        for user in found:
            factor = _("on") if user["second_factor"] else _("off")
            seen = local(user["seen_utc"]) if user["seen_utc"] else "–"
            table.add_row(user["name"], term(ROLES, user["role"]), about(user), factor, seen, standing(user))
        console().print(table)


@app.command()
def passwd(
    context: typer.Context,
    name: Name,
    password_file: PasswordFile = None,
    no_second_factor: Annotated[
        bool, typer.Option("--no-second-factor", help="Turn the second factor off, too: the telephone is lost.")
    ] = False,
    as_json: AsJson = False,
    actor: Actor = "",
) -> None:
    """Set a password; without a file, print the link by which the user chooses one. Ends their sessions."""
    from monitor.accounts import second_factors, sessions, users
    from monitor.accounts.documents import user_document

    with acting(OPTIONS):
        password = _password(password_file, name)
    with _acts(context, actor) as work:
        user, link = users.find(work.session, name), ""
        if password is not None:
            users.set_password(work, name, password)
        else:
            link = link_of(work, users.invite(work, name))
            sessions.end_all(work, user)
        if no_second_factor:
            second_factors.turn_off(work, name)
        document = user_document(user)
    _say_user(document, link, as_json=as_json)


@app.command()
def disable(context: typer.Context, name: Name, as_json: AsJson = False, actor: Actor = "", seen: Seen = None) -> None:
    """Disable a user: sessions end, and nobody logs in by that name. History keeps the name."""
    from monitor.accounts import users
    from monitor.accounts.documents import user_document

    with _acts(context, actor) as work:
        document = user_document(users.disable(work, name, seen=as_seen(seen)))
    _say_user(document, "", as_json=as_json)


@app.command()
def enable(context: typer.Context, name: Name, as_json: AsJson = False, actor: Actor = "", seen: Seen = None) -> None:
    """Let a disabled user log in again, with the same password."""
    from monitor.accounts import users
    from monitor.accounts.documents import user_document

    with _acts(context, actor) as work:
        document = user_document(users.enable(work, name, seen=as_seen(seen)))
    _say_user(document, "", as_json=as_json)


@app.command()
def sessions(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="A user; without it those of all.")] = "",
    end: Annotated[bool, typer.Option("--end", help="End these sessions.")] = False,
    as_json: AsJson = False,
    actor: Actor = "",
) -> None:
    """List who is logged in to the console, or end it."""
    from monitor.accounts import sessions, users
    from monitor.accounts.documents import session_document
    from monitor.store import user_rows

    now_utc = now_of(settings_in_force(context.obj))
    with _acts(context, actor) as work:
        of = [users.find(work.session, name)] if name else user_rows.users(work.session)
        rows = [row for user in of for row in sessions.of_user(work.session, user, now_utc)]
        found = [session_document(row) for row in rows]
        if end:
            for user in of:
                sessions.end_all(work, user)
    if as_json:
        print_json(found)
    elif end:
        print(n_("{count} session has ended.", "{count} sessions have ended.", len(found)))
    elif not found:
        print(_("No sessions."))
    else:
        from monitor.cli.listing import Listing

        browser = _("Browser")
        table = Listing(_("User"), _("Since"), _("Last seen"), _("Address"), browser, prose={browser})
        for row in found:
            table.add_row(row["user"], local(row["began_utc"]), local(row["seen_utc"]), row["address"], row["agent"])
        console().print(table)


def about(who: "UserDocument") -> str:
    """Return for which sites a user is."""
    parts = [who["node"]] if who["node"] else []
    parts += [*(_("union {union}", union=union) for union in who["unions"])]
    parts += [lookup(lang(), *KINDS[kind], 2) for kind in who["kinds"] if kind in KINDS]
    return ", ".join(parts) or _("all sites")


def standing(user: "UserDocument") -> str:
    """Return whether a user can log in, and who is in charge while they are away."""
    if not user["enabled"]:
        return _("disabled")
    if user["away_from_utc"] and user["away_until_utc"]:
        times = {"begins": local(user["away_from_utc"]), "ends": local(user["away_until_utc"])}
        return _("away from {begins} to {ends}: {deputy} is in charge", deputy=user["deputy"], **times)
    return _("enabled") if user["password"] else _("invited")


def link_of(work: "Work", code: str) -> str:
    """Return the link of an invitation: whole where the office says where its page is, else its path."""
    return f"{work.office.mail.page_url.rstrip('/')}/invite/{code}"


def places_of(context: typer.Context) -> "Places":
    """Return the places of the tree of offices, all of which a command may give."""
    from monitor.accounts.nodes import WHOLE, Places

    return Places.of(installation_in_force(context.obj), WHOLE)


@contextmanager
def _acts(context: typer.Context, actor: str) -> "Iterator[Work]":
    """Open the transaction of one command, by its system user."""
    settings = settings_in_force(context.obj)
    now_utc = now_of(settings)
    with store_of(settings) as store, acting(OPTIONS), store.write_once() as session:
        yield by_command(session, settings, now_utc, actor)


def _names(typed: list[str]) -> list[str]:
    """Return the names of unions or kinds; '' alone means all, and gives none."""
    return [name for name in typed if name]


def _password(file: Path | None, name: str) -> "PasswordHash | None":
    """Return the hash of the password in a file; raises BadInput for a weak one."""
    from monitor.accounts.passwords import hashed
    from monitor.settings.secrets import SecretError, read_secret

    if file is None:
        return None
    try:
        return hashed(read_secret(file, "--password-file").reveal(), name)
    except SecretError as error:
        raise Failure(said_by(error), BAD_INPUT) from None


def _say_user(user: "UserDocument", link: str, *, as_json: bool) -> None:
    if as_json:
        print_json({**user, "invitation": link or None})
        return
    words = {"name": user["name"], "role": term(ROLES, user["role"]), "sites": about(user), "state": standing(user)}
    print(_("User {name}: {role}, {sites}; {state}.", **words))
    if link:
        print(_("This link is good once, for 24 hours: {link}", link=link))
