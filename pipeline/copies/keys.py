"""Master keys in use: which there are, how many objects hang on each, and all of them under the newest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from models.errors import MasterKeyMissing
from pipeline.access import given, operator
from pipeline.application import Application
from storage.keys.rotation import masters, put_on_record, wrap_anew


@dataclass(frozen=True)
class MasterKeys:
    """The master keys of the settings and of the register."""

    newest: str | None
    """What new objects are encrypted under; None where they are not."""
    objects: dict[str, int]
    """How many object keys each has wrapped; those of the settings are all there."""
    missing: tuple[str, ...]
    """Those that objects need and the settings don't have."""


@dataclass
class Rotation:
    """What a rotation did."""

    newest: str
    wrapped: int = 0
    left: Counter[str] = field(default_factory=Counter)
    """How many keys could not be wrapped anew, by the code of the error."""


def master_keys(app: Application) -> MasterKeys:
    with app.register.reading() as connection:
        used = masters(connection)
    known = app.keys.names
    return MasterKeys(
        newest=app.keys.newest.name if app.keys.newest else None,
        objects={**dict.fromkeys(known, 0), **used},
        missing=tuple(sorted(set(used) - set(known))),
    )


def rotate_keys(
    app: Application, *, purpose: str, watch: Callable[[int], None] = lambda count: None
) -> Rotation:
    """Wrap the keys of all objects by the newest master key, each batch in a transaction of its own with its audit entry.

    The objects themselves stay as they are; the key that seals small secrets goes with them, at the end. Cut off or stopped by a KeyServiceFault, the same call goes on. Raises
    MasterKeyMissing without a newest master key.
    """
    purpose = given(purpose)
    if app.keys.newest is None:
        raise MasterKeyMissing(name="ECOPY_MASTER_KEY")
    rotation, after = Rotation(app.keys.newest.name), ""
    while True:
        with app.register.reading() as connection:
            batch = wrap_anew(connection, app.keys, after)
        if batch is None:
            app.seal.rewrap()
            return rotation
        with app.register.transaction(actor=operator(), purpose=purpose) as tx:
            rotation.wrapped += put_on_record(tx, batch)
        rotation.left.update(batch.left)
        after = batch.last
        watch(rotation.wrapped)
