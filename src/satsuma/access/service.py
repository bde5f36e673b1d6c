"""Access to a workspace: its people, their sessions, keys, and the log."""

from __future__ import annotations

from satsuma.access.audit import Audit
from satsuma.access.identities import Identities
from satsuma.access.keys import Keys
from satsuma.access.links import PasswordLinks
from satsuma.access.mail import AccountMail
from satsuma.access.people import People
from satsuma.access.rooms import AccessRooms
from satsuma.access.sessions import Sessions


class Access:
    """`ws.access`: one object for all who ask, so that what it holds in memory is what is stored."""

    def __init__(self, rooms: AccessRooms) -> None:
        self.rooms = rooms
        self.people = People(rooms)
        self.sessions = Sessions(rooms, self.people)
        self.identities = Identities(rooms, self.people)
        self.links = PasswordLinks(rooms, self.people)
        self.mail = AccountMail(rooms, self.people)
        self.keys = Keys(rooms)
        self.audit = Audit(rooms)
