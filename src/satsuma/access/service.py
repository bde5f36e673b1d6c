"""Access to a workspace: its people, their sessions, keys, and the log."""

from __future__ import annotations

from satsuma.access.audit import Audit
from satsuma.access.identities import Identities
from satsuma.access.keys import Key, Keys
from satsuma.access.links import PasswordLinks
from satsuma.access.mail import AccountMail
from satsuma.access.people import People, Person
from satsuma.access.roles import Role
from satsuma.access.rooms import AccessRooms
from satsuma.access.sessions import Sessions
from satsuma.access.units import Units
from satsuma.record.sight import Sight


class Access:
    """`ws.access`: one object for all who ask, so that what it holds in memory is what is stored."""

    def __init__(self, rooms: AccessRooms) -> None:
        self.rooms = rooms
        self.units = Units(rooms)
        self.people = People(rooms)
        self.sessions = Sessions(rooms, self.people)
        self.identities = Identities(rooms, self.people)
        self.links = PasswordLinks(rooms, self.people)
        self.mail = AccountMail(rooms, self.people)
        self.keys = Keys(rooms)
        self.audit = Audit(rooms)

    def sight_of(self, holder: Person | Key) -> Sight | None:
        """What somebody sees, or a program with a key: by their units, and sellers by what they own."""
        owner = holder.email if isinstance(holder, Person) and holder.role is Role.SELLER else None
        return self.units.sight_of(holder.units, owner)
