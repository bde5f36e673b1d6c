"""The administrator of the demo workspace, whose password is made up once and kept beside the data."""

from __future__ import annotations

import os
import secrets

from satsuma.access.roles import Role
from satsuma.workspace import Workspace

EMAIL = "admin@example.org"
FILE = "sign-in.txt"


def sign_in(workspace: Workspace) -> str:
    """How to sign in, for people; the administrator is made if there is none.

    Only the owner of the files may read the password. It guards made-up data: a workspace with real customers
    has its first administrator made by `satsuma user add`.
    """
    path = workspace.path / FILE
    if not workspace.access.people.has_admin:
        password = secrets.token_urlsafe(12)
        workspace.access.people.add(EMAIL, "Admin", Role.ADMIN, password, actor="demo", first_admin=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(f"{EMAIL} with password {password}\n")
    if path.exists():
        return path.read_text(encoding="utf-8").strip()
    return f"the administrator that you made (satsuma -C {workspace.path} user list)"
