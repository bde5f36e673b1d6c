"""Roles, from the one that may only look to the one that may do everything."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """Roles of people and keys; each may do all that those before it may, and more.

    `viewer` looks, with personal data masked; `seller` also sees people, and keeps static segments and
    lists; `marketer` also designs segments, brings data in and exports; `admin` also keeps people and keys.
    """

    VIEWER = "viewer"
    SELLER = "seller"
    MARKETER = "marketer"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        """0 for viewers, 3 for administrators."""
        return list(Role).index(self)

    def is_at_least(self, other: Role) -> bool:
        """Whether it may do all that another may."""
        return self.rank >= other.rank
