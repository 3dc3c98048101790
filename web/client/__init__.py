"""A small typed client of the API for other systems: `Ecopy` signs in by itself, `Person` is signed in by one, `Ecopy.working_on` names the purpose."""

from web.client.keys import ClientKey
from web.client.person import Person
from web.client.session import Ecopy
from web.client.work import Work

__all__ = ["ClientKey", "Ecopy", "Person", "Work"]
