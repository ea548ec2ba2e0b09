"""Bootstrap: the one place that wires every part, and that reads settings, clock and environment."""

from __future__ import annotations

import getpass
import importlib
import os
import pkgutil
import tomllib
import zoneinfo
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import sdflow
import sdflow.areas
from sdflow.adapters.crew import Crew, Limits
from sdflow.adapters.definitions.rule_files import read_rules
from sdflow.adapters.definitions.workflow_files import read_roles, read_workflow
from sdflow.adapters.pages import branded, set_up
from sdflow.adapters.pdf import DocumentCache, PdfPress
from sdflow.adapters.public_holidays import public_holidays
from sdflow.adapters.public_holidays import version as holidays_version
from sdflow.adapters.rule_engine import rule_engine
from sdflow.adapters.storage import Storage
from sdflow.domain.calendar_entry import CalendarEntry
from sdflow.domain.errors import Fault, Refused, Unreadable
from sdflow.domain.fact import schema
from sdflow.domain.kind import Content
from sdflow.domain.message import Post
from sdflow.domain.rule import Rule, Rulebook
from sdflow.domain.signature import PinnedCertificates, TimestampAuthority, Trust
from sdflow.domain.trait import Acting
from sdflow.domain.workflow import Workflow
from sdflow.engine.definitions import Definitions
from sdflow.engine.letterhead import Organisation
from sdflow.engine.people import person_behind
from sdflow.engine.printing import Opening, Printing, Tools
from sdflow.engine.workspace import AUTHORITY, Occasion, Workspace

SETTINGS = "sdflow.toml"
KNOWN_SETTINGS: dict[str, set[str] | None] = {
    "organisation": {"name", "primary", "accent", "logo"},
    "storage": {"url"},
    "acting": {"own_login_only"},
    "rules": {"engine"},
    "documents": {"locale", "paper", "accessible", "seconds", "megabytes", "cache", "cache_megabytes"},
    "reminders": None,
    "mail": None,
    "channels": None,
    "signing": {"timestamp_url", "timestamp_root", "timestamp_fingerprint", "timestamp_timeout_seconds"},
}
"""The tables of the settings and what may stand in each; where it is none, whoever reads the table says so."""


DOCUMENT_SETTINGS: dict[str, Any] = {"seconds": 60, "megabytes": 1024, "cache": True, "cache_megabytes": 256}
"""How long and how large the making of one document may become, and whether and how many are kept for the next time."""


def content_folder() -> Path:
    """The folder with the shipped workflows, rules, documents and examples."""
    packaged = Path(sdflow.__file__).parent / "content"
    return packaged if packaged.is_dir() else Path(sdflow.__file__).parents[2]


def now() -> datetime:
    """The present instant, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def login() -> str:
    """The operating-system login."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def workspace_folder(given: Path | None) -> Path:
    """The workspace: as given, else SDFLOW_WORKSPACE, else the nearest folder upwards with settings."""
    chosen = given or (Path(os.environ["SDFLOW_WORKSPACE"]) if os.environ.get("SDFLOW_WORKSPACE") else None)
    candidates = [chosen] if chosen else [Path.cwd(), *Path.cwd().parents]
    for folder in candidates:
        if (folder / SETTINGS).is_file():
            return folder.resolve()
    raise Refused(
        f"{chosen} is not a workspace" if chosen else "there is no workspace here",
        (f"no {SETTINGS} was found",),
        "make one with: sdflow init FOLDER, or name one with -C FOLDER",
    )


def kinds() -> dict[str, type[Content]]:
    """Every kind of content found in the areas; a module there is all it takes."""
    zoneinfo.reset_tzpath(to=[])  # the operating system's zone data may be years old
    prefix = f"{sdflow.areas.__name__}."
    for module in pkgutil.walk_packages(sdflow.areas.__path__, prefix):
        importlib.import_module(module.name)
    return {model.description.kind: model for model in sorted(_models(Content), key=lambda one: one.description.kind)}


def _models(base: type[Content]) -> Iterator[type[Content]]:
    for model in base.__subclasses__():
        if "description" in vars(model):
            yield model
        yield from _models(model)


def _overlaid(folder: Path | None, name: str, ending: str) -> tuple[list[Path], list[str]]:
    """The files of a content folder, the workspace's own before the shipped; and which shipped ones it overrides."""
    shipped = {path.name: path for path in sorted((content_folder() / name).glob(f"*{ending}"))}
    own = {path.name: path for path in sorted((folder / name).glob(f"*{ending}"))} if folder else {}
    return list((shipped | own).values()), sorted(shipped.keys() & own.keys())


def _workflows(folder: Path | None, models: dict[str, type[Content]]) -> tuple[dict[str, Workflow], dict[str, str]]:
    paths, _ = _overlaid(folder, "workflows", ".yaml")
    roles = read_roles(next(path for path in paths if path.stem == "roles"))
    found: dict[str, Workflow] = {}
    faults: list[Fault] = []
    for path in paths:
        if path.stem != "roles":
            try:
                workflow = read_workflow(path, frozenset(roles), frozenset(models))
            except Unreadable as unreadable:
                faults += unreadable.faults
            else:
                found |= dict.fromkeys(workflow.kinds, workflow)
    faults += [
        Fault("workflows", None, kind, "this kind has no workflow file") for kind in models.keys() - found.keys()
    ]
    if faults:
        raise Unreadable(*faults)
    return found, roles


def _rulebook(folder: Path | None) -> Rulebook:
    facts = schema()
    paths, overridden = _overlaid(folder, "rules", ".yaml")
    rules: list[Rule] = []
    faults: list[Fault] = []
    for path in paths:
        try:
            rules += read_rules(path, facts)
        except Unreadable as unreadable:
            faults += unreadable.faults
    if faults:
        raise Unreadable(*faults)
    return Rulebook(tuple(rules), facts, tuple(overridden))


def definitions(folder: Path | None = None) -> Definitions:
    """Kinds, workflows, roles and rules, with the workspace's own files laid over the shipped ones."""
    models = kinds()
    workflows, roles = _workflows(folder, models)
    return Definitions(models, workflows, roles, _rulebook(folder))


def settings(folder: Path) -> dict[str, dict[str, Any]]:
    """The workspace's settings; `Unreadable` names what is unknown or not TOML."""
    path = folder / SETTINGS
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Unreadable.because(str(path), f"not TOML: {error}") from None
    unknown = [f"{table}" for table in found if table not in KNOWN_SETTINGS]
    unknown += [
        f"{table}.{key}"
        for table, known in KNOWN_SETTINGS.items()
        for key in found.get(table, {})
        if known is not None and key not in known
    ]
    if unknown:
        raise Unreadable(*(Fault(str(path), None, name, "there is no such setting") for name in unknown))
    return found


def _storage_url(folder: Path, found: dict[str, dict[str, Any]]) -> str:
    url = str(found.get("storage", {}).get("url", "sqlite:///sdflow.db"))
    prefix = "sqlite:///"
    if url.startswith(prefix) and not url.startswith(f"{prefix}/"):
        return f"{prefix}{folder / url.removeprefix(prefix)}"
    return url


def storage_url(folder: Path) -> str:
    """Where the workspace's records are stored."""
    return _storage_url(folder, settings(folder))


def _timestamps(folder: Path, found: dict[str, dict[str, Any]]) -> TimestampAuthority | None:
    chosen = found.get("signing", {})
    if "timestamp_url" not in chosen:
        return None
    from sdflow.adapters.signing import timestamp_authority

    return timestamp_authority(
        str(chosen["timestamp_url"]),
        str(folder / SETTINGS),
        timeout_seconds=chosen.get("timestamp_timeout_seconds", 10),
        **_timestamp_pins(folder, chosen),
    )


def _timestamp_pins(folder: Path, chosen: dict[str, Any]) -> dict[str, Any]:
    root, fingerprint = chosen.get("timestamp_root"), chosen.get("timestamp_fingerprint")
    return {"root": folder / str(root) if root else None, "fingerprint": str(fingerprint) if fingerprint else None}


def _trust(folder: Path, found: dict[str, dict[str, Any]]) -> Trust:
    chosen = found.get("signing", {})
    pins = _timestamp_pins(folder, chosen)
    if not any(pins.values()) and not (folder / AUTHORITY).is_dir():
        return Trust()
    from sdflow.adapters.signing import pinned, read_revocations

    return Trust(pinned(str(folder / SETTINGS), **pins), read_revocations(folder / AUTHORITY))


def trust(folder: Path) -> Trust:
    """Whose time stamps the workspace believes, and what its own authority has revoked."""
    return _trust(folder, settings(folder))


def trusting(trust: Trust, timestamp_root: Path) -> Trust:
    """That trust, and the time stamps that lead to the certificates of a file."""
    from sdflow.adapters.signing import pinned

    added, known = pinned(str(timestamp_root), timestamp_root), trust.timestamps
    both = PinnedCertificates(known.fingerprints | added.fingerprints, known.certificates + added.certificates)
    return Trust(both, trust.revocations)


@cache
def crew() -> Crew:
    """The worker processes in which documents are made, shared by all workspaces of this process."""
    return Crew()


def printing_tools(
    source: str,
    folders: tuple[Path, ...],
    look: tuple[tuple[str, Any], ...],
    cache_folder: Path | None,
    cache_megabytes: int,
) -> Tools:
    """Templates and press as a worker process opens them."""
    zoneinfo.reset_tzpath(to=[])
    kept = DocumentCache(cache_folder, cache_megabytes) if cache_folder else None
    return set_up(source, folders, dict(look)), PdfPress(folders, kept)


def _printing(folder: Path, folders: list[Path], found: dict[str, dict[str, Any]]) -> Printing:
    chosen = DOCUMENT_SETTINGS | found.get("documents", {})
    wrong = [name for name, usual in DOCUMENT_SETTINGS.items() if not _is_like(chosen[name], usual)]
    if wrong:
        source = str(folder / SETTINGS)
        raise Unreadable(*(Fault(source, None, f"documents.{name}", _expected(name)) for name in wrong))
    limits = Limits(chosen["seconds"], chosen["megabytes"], f"shorten it, or allow more in [documents] of {SETTINGS}")
    cache_folder = folder / ".sdflow" / "cache" if chosen["cache"] else None
    arguments = (str(folder / SETTINGS), tuple(folders), tuple(chosen.items()), cache_folder, chosen["cache_megabytes"])
    opening = Opening(printing_tools, arguments)
    return Printing(opening, crew(), limits)


def _is_like(value: Any, usual: bool | int) -> bool:
    if isinstance(usual, bool):
        return isinstance(value, bool)
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _expected(name: str) -> str:
    usual = DOCUMENT_SETTINGS[name]
    if isinstance(usual, bool):
        return "expected true or false"
    return f"expected a whole number above 0, such as {usual}"


def _organisation(folder: Path, found: dict[str, dict[str, Any]]) -> Organisation:
    chosen = Organisation(**({"name": folder.name} | found.get("organisation", {})))
    look = branded(str(folder / SETTINGS), folder / "documents", chosen.primary, chosen.accent, chosen.logo)
    return replace(chosen, logo=look)


def _calendar_file(name: str, entries: tuple[CalendarEntry, ...]) -> bytes:
    from sdflow.adapters.calendar_file import calendar_file

    return calendar_file(name, entries)


def _post(folder: Path, found: dict[str, dict[str, Any]]) -> Post:
    from sdflow.adapters.delivery.settings import post

    return post(folder / SETTINGS, found)


def open_workspace(folder: Path, *, create: bool = False) -> Workspace:
    """Everything wired for a workspace; with `create` its storage is made."""
    found = settings(folder)
    declared = definitions(folder)
    folders = [path for path in (folder / "documents", content_folder() / "documents") if path.is_dir()]
    url = _storage_url(folder, found)
    return Workspace(
        folder=folder,
        organisation=_organisation(folder, found),
        storage=Storage.create(url) if create else Storage.open(url),
        definitions=declared,
        rules=rule_engine(declared.rulebook, found.get("rules", {}).get("engine")),
        holidays=public_holidays,
        pages=set_up(str(folder / SETTINGS), folders, found.get("documents", {})),
        printing=_printing(folder, folders, found),
        calendar_file=_calendar_file,
        versions={"sdflow": sdflow.__version__, "tzdata": version("tzdata"), "holidays": holidays_version()},
        accessible=found.get("documents", {}).get("accessible", False) is True,
        own_login_only=bool(found.get("acting", {}).get("own_login_only", False)),
        timestamps=_timestamps(folder, found),
        trust=_trust(folder, found),
        post=_post(folder, found),
    )


def occasion(workspace: Workspace, person: str | None, as_of: date | None, *, at: datetime | None = None) -> Occasion:
    """Who acts and when: `person` or the one behind the login, today or the business date given."""
    instant, behind = at or now(), login()
    with workspace.storage.reading() as reading:
        if person is None or workspace.own_login_only:
            mine = person_behind(reading, workspace.definitions, behind)
            if person not in (None, mine):
                raise Refused(f"this workspace lets '{behind}' act only as {mine}", advice="leave out --as")
            person = mine
        record = reading.record(person)
        content = workspace.definitions.content(record) if record else None
    if record is None or not isinstance(content, Acting):
        raise Refused(f"there is no person {person}", advice="see: sdflow list --kind person")
    return Occasion(person, record.title, behind, instant, as_of or instant.date())


def first_occasion(person: str, name: str, as_of: date | None, *, at: datetime | None = None) -> Occasion:
    """The occasion on which a workspace is set up, before anybody is registered."""
    instant = at or now()
    return Occasion(person, name, login(), instant, as_of or instant.date())


def write_settings(folder: Path, organisation: str, url: str | None) -> Path:
    """Write the settings of a new workspace; `Refused` where there are some."""
    path = folder / SETTINGS
    if path.exists():
        raise Refused(f"{folder} is a workspace already")
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        "[organisation]",
        f"name = {_quoted(organisation)}",
        "",
        "[storage]",
        f"url = {_quoted(url or 'sqlite:///sdflow.db')}",
        "",
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
