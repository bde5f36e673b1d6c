"""Logs: one line for each event, for people or as JSON, without personal data.

A request is told by its method, the route that it took (never the address, which may have a contact's key in
it), status and time; never by headers, bodies or names.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog

from satsuma.server.settings import Settings

_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def set_up(settings: Settings) -> None:
    """Write the logs of this process as the settings say."""
    level = _LEVELS[settings.log_level]
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    is_json = settings.logs == "json"
    printed: Any = (
        structlog.processors.JSONRenderer()
        if is_json
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(),
            # The other formatters print the values of variables, which are people's data.
            exception_formatter=structlog.dev.plain_traceback,
        )
    )
    ending = [structlog.processors.format_exc_info, printed] if is_json else [printed]
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, *shared, *ending],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[_bare, *ending])
    )
    root = logging.getLogger()
    root.handlers = [handler]
    # What libraries say below a warning tells of addresses and connections.
    root.setLevel(max(level, logging.WARNING))


def _bare(_logger: object, _name: str, event: Any) -> Any:
    return structlog.stdlib.ProcessorFormatter.remove_processors_meta(None, "", event)
