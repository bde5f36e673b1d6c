"""The built console: its files, and its page for every address that is one of its own."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import FileResponse

import satsuma.web
from satsuma.api.forms import SLASH

FOLDER = Path(satsuma.web.__file__).parent / "console"

POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; font-src 'self' data:;"
    " connect-src 'self'; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
"""Scripts come from here alone; the components set styles on elements."""

_NOT_OURS = ("api/", "v1/", "metrics")
_YEAR = "public, max-age=31536000, immutable"


def console_router(folder: Path = FOLDER) -> APIRouter:
    """The routes; to be included last, since they take every address that nobody else has."""
    router = APIRouter(include_in_schema=False)
    root = folder.resolve()

    def show(request: Request, path: str = "") -> Response:
        if path.startswith(_NOT_OURS) or SLASH in path:
            raise HTTPException(404, f"there is nothing at /{path[:200].replace(SLASH, '/')}")
        file = (root / path).resolve()
        if path and file.is_relative_to(root) and file.is_file():
            hashed = file.parent.name == "assets"
            return FileResponse(file, headers={"Cache-Control": _YEAR if hashed else "no-cache"})
        page = root / "index.html"
        if not page.is_file() or "text/html" not in request.headers.get("accept", "*/*").replace(
            "*/*", "text/html"
        ):
            raise HTTPException(404, f"there is nothing at /{path[:200]}")
        headers = {"Cache-Control": "no-cache", "Content-Security-Policy": POLICY, "X-Frame-Options": "DENY"}
        return FileResponse(page, headers=headers)

    router.add_api_route("/", show, methods=["GET", "HEAD"])
    router.add_api_route("/{path:path}", show, methods=["GET", "HEAD"])
    return router
