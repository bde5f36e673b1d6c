"""Settings of a server: from a file, the environment and the command line; what comes later counts.

The file is TOML: `satsuma.toml` in the workspace's directory, or another that is named. In the environment a
setting has `SATSUMA_` before its name, in capitals. `docs/server.md` has the same table as this module.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args, get_type_hints

from satsuma.kernel.errors import UsageError
from satsuma.kernel.suggest import did_you_mean

FILE = "satsuma.toml"
PREFIX = "SATSUMA_"

Logs = Literal["text", "json"]

SECRETS = frozenset({"smtp_password", "openid_client_secret"})
"""Settings that are told to nobody; each may be read from a file of its own, named by `<setting>_file`."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of a server.

    Attributes:
        host, port: Where it listens; port 0 takes a free one.
        url: The address by which people reach the server, such as `https://segments.example.com`: links in
            messages begin with it, and providers of sign-ins send people back to it.
        hosts: Names by which it may be called, beside where it listens; `*.example.com` for all below one,
            `*` for any.
        trusted_proxies: Addresses of proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` count.
        requests_per_minute: That one caller may send; 0 for no limit.
        connections_max: Open at once; more are answered with 503.
        upload_bytes_max: Of one file that is uploaded.
        head_time_s: How long the head of a request may take to arrive.
        body_time_s: How long a body may take to arrive, and an answer may wait for its reader.
        request_time_s: How long a request may be worked on before it is answered that it takes too long.
        stop_time_s: How long requests under way may take to end when the server stops.
        memory_limit: Of what the server holds beside the mapped files of the index, such as `4GiB`; none: no
            limit.
        logs: `text` for people, `json` for programs; on standard error.
        log_level: `debug`, `info`, `warning` or `error`.
        metrics: `key` asks for an administrator or a key with the scope `workspace:read`; `open` asks nobody.
        webhook_networks: Private networks that webhooks may call, such as `10.1.0.0/16`.
        smtp_host, smtp_port, smtp_username, smtp_password: Of the mail server; no host, no mail.
        smtp_security: `starttls`, `tls` or `none`.
        smtp_password_file: Where the password is read from, in place of `smtp_password`.
        openid_issuer: The address of an OpenID Connect provider by which people may sign in.
        openid_client_id, openid_client_secret: What the provider knows the server as.
        openid_client_secret_file: Where the secret is read from, in place of `openid_client_secret`.
        openid_name: What people call the provider.
        openid_domains: Of the e-mail addresses of those who may come in by it.
        openid_new_role: What somebody becomes whom nobody has added; `none`: they do not come in.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    url: str = ""
    hosts: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    requests_per_minute: int = 6_000
    connections_max: int = 1_000
    upload_bytes_max: int = 2 * 1024**3
    head_time_s: float = 20.0
    body_time_s: float = 60.0
    request_time_s: float = 300.0
    stop_time_s: float = 10.0
    memory_limit: str = ""
    logs: Logs = "text"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    metrics: Literal["key", "open"] = "key"
    webhook_networks: tuple[str, ...] = ()
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_username: str = ""
    smtp_password: str = field(default="", repr=False)
    smtp_password_file: str = ""
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    openid_issuer: str = ""
    openid_client_id: str = ""
    openid_client_secret: str = field(default="", repr=False)
    openid_client_secret_file: str = ""
    openid_name: str = "single sign-on"
    openid_domains: tuple[str, ...] = ()
    openid_new_role: Literal["none", "viewer", "seller", "marketer", "admin"] = "none"


def load(directory: Path, environment: Mapping[str, str], file: Path | None = None, **given: Any) -> Settings:
    """The settings of a server.

    Args:
        directory: Of the workspace, whose `satsuma.toml` is read if there is one.
        environment: Variables that begin with `SATSUMA_` count.
        file: Another file.
        given: From the command line; None where nothing is given.

    Raises:
        UsageError: The file cannot be read, a setting is unknown in it, or a value does not fit.
    """
    settings = _with(
        Settings(), _of_file(directory / FILE if file is None else file, must_exist=file is not None)
    )
    names = {one.name for one in fields(Settings)}
    named = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environment.items()
        if name.startswith(PREFIX) and name.removeprefix(PREFIX).lower() in names
    }
    settings = _with(settings, {name: _read(name, value) for name, value in named.items()})
    return _with(settings, {name: value for name, value in given.items() if value is not None})


def secret(settings: Settings, name: str) -> str | None:
    """One of `SECRETS`, from where it stands; None where it stands nowhere.

    Raises:
        UsageError: Its file cannot be read.
    """
    file = str(getattr(settings, f"{name}_file"))
    if not file:
        return str(getattr(settings, name)) or None
    try:
        return Path(file).read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the file of {name} cannot be read: {error}", code="usage.settings") from error


def _of_file(file: Path, *, must_exist: bool) -> dict[str, Any]:
    if not file.exists() and not must_exist:
        return {}
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"the settings {file} cannot be read: {error}", code="usage.settings") from error
    names = [one.name for one in fields(Settings)]
    for name in found:
        if name not in names:
            raise UsageError(
                f"{file}: there is no setting {name!r}",
                code="usage.settings",
                hint=did_you_mean(name, names) or f"there are {', '.join(names)}",
            )
    return found


def _with(settings: Settings, values: Mapping[str, Any]) -> Settings:
    return replace(settings, **{name: _checked(name, value) for name, value in values.items()})


def _read(name: str, text: str) -> Any:
    """A value as the environment has it: of several values each after a comma."""
    kind = get_type_hints(Settings)[name]
    if kind == tuple[str, ...]:
        return [part.strip() for part in text.split(",") if part.strip()]
    try:
        return kind(text) if kind in (int, float) else text
    except ValueError:
        raise _unfit(name, text, kind.__name__) from None


def _checked(name: str, value: Any) -> Any:
    kind = get_type_hints(Settings)[name]
    if kind == tuple[str, ...]:
        if isinstance(value, list | tuple) and all(isinstance(one, str) for one in value):
            return tuple(value)
        raise _unfit(name, value, "a list of texts")
    if kind is float and type(value) is int:
        return float(value)
    if (words := get_args(kind)) and value in words:
        return value
    if words or not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise _unfit(name, value, " or ".join(words) if words else kind.__name__)
    if isinstance(value, int | float) and value < 0:
        raise _unfit(name, value, "nothing below 0")
    return value


def _unfit(name: str, value: object, expected: str) -> UsageError:
    shown = "a value" if name in SECRETS else repr(value)
    return UsageError(f"setting {name}: found {shown}, expected {expected}", code="usage.settings")
