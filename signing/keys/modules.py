"""PKCS#11 libraries, opened so that several threads may use them, and begun anew when a token comes back.

python-pkcs11 calls C_Initialize without arguments, which promises the library one thread only (PKCS#11 2.40, 5.4),
and then lets others in: SoftHSM answers CKR_GENERAL_ERROR to more than half of the calls of eight threads. So the
library is initialised here first, with CKF_OS_LOCKING_OK, and one that can't lock gets one caller at a time. The
login goes the same way: the PIN is handed over in memory that is wiped afterwards, and the session it was given in
can be closed without logging everybody else of this program out.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import pkcs11
from pkcs11 import _pkcs11
from pkcs11.exceptions import PKCS11Error

from models.errors import KeyModuleUnusable

OK, ALREADY_INITIALIZED, CANT_LOCK = 0x000, 0x191, 0x00A
"""Return values (PKCS#11 2.40, 3.6), as those of `login`."""

_OS_LOCKING_OK = 0x2
_LOGIN = 18
"""The place of C_Login in CK_FUNCTION_LIST."""
_USER = 1


class _Arguments(ctypes.Structure):
    """CK_C_INITIALIZE_ARGS."""

    _fields_ = (("mutexes", ctypes.c_void_p * 4), ("flags", ctypes.c_ulong), ("reserved", ctypes.c_void_p))


class _Functions(ctypes.Structure):
    """The beginning of CK_FUNCTION_LIST."""

    _fields_ = (("version", ctypes.c_ubyte * 2), ("entries", ctypes.c_void_p * (_LOGIN + 1)))


class _Library(_pkcs11.lib):
    """python-pkcs11's view of a library that is initialised already."""

    askers = 0
    """The first is its own constructor; whoever else asks python-pkcs11 for it has sessions that we don't know."""

    def initialize(self) -> None:
        self.askers += 1


class Module:
    """One PKCS#11 library of this process; `epoch` counts how often it was begun."""

    restart_pause_s = 2.0
    """At most so often a library is begun anew: other tokens may hang on it."""

    def __init__(self, path: Path) -> None:
        """Raises KeyModuleUnusable."""
        self.path = path
        self.epoch = 0
        self._door = threading.Condition()
        self._inside = 0
        self._restarting = False
        self._restarted = float("-inf")
        try:
            functions = ctypes.POINTER(_Functions)()
            rv = ctypes.CDLL(str(path)).C_GetFunctionList(ctypes.byref(functions))
            if rv != OK:
                raise KeyModuleUnusable(module=path, reason=f"C_GetFunctionList gives {rv:#x}")
            entries = functions.contents.entries
            self._initialize = ctypes.CFUNCTYPE(ctypes.c_ulong, ctypes.c_void_p)(entries[0])
            self._finalize = ctypes.CFUNCTYPE(ctypes.c_ulong, ctypes.c_void_p)(entries[1])
            self._login = ctypes.CFUNCTYPE(
                ctypes.c_ulong, ctypes.c_ulong, ctypes.c_ulong, ctypes.c_void_p, ctypes.c_ulong
            )(entries[_LOGIN])
            self._turn = self._begin()
            # Known to python-pkcs11 by its path, so that whoever asks for it there gets this one.
            if str(path) not in pkcs11._loaded:
                pkcs11._loaded[str(path)] = _Library(str(path))
            self.library: Any = pkcs11._loaded[str(path)]
        except (OSError, AttributeError, PKCS11Error) as fault:
            raise KeyModuleUnusable(module=path, reason=str(fault) or type(fault).__name__) from fault

    def _begin(self) -> threading.RLock | None:
        """Initialise the library; None where threads may call it freely, else the lock they take turns with."""
        rv = self._initialize(ctypes.byref(_Arguments(flags=_OS_LOCKING_OK)))
        if rv == CANT_LOCK:
            rv = self._initialize(None)
        elif rv == OK:
            return None
        if rv not in (OK, ALREADY_INITIALIZED):
            raise KeyModuleUnusable(module=self.path, reason=f"C_Initialize gives {rv:#x}")
        return threading.RLock()

    @contextmanager
    def call(self) -> Iterator[None]:
        """Around every use of the library: never while it is begun anew."""
        with self._door:
            self._door.wait_for(lambda: not self._restarting)
            self._inside += 1
        try:
            if self._turn is None:
                yield
            else:
                with self._turn:
                    yield
        finally:
            with self._door:
                self._inside -= 1
                self._door.notify_all()

    def restart(self, seen: int) -> bool:
        """Begin the library anew so that it looks for tokens again, unless somebody has since epoch `seen`.

        All sessions of earlier epochs are void: their handles are given out again, so a library that others use
        too is left alone. Returns whether it is worth looking again. Not to be called inside of `call`. Raises
        KeyModuleUnusable.
        """
        with self._door:
            # whoever finds it being begun anew looks again afterwards, as the one who began it
            self._door.wait_for(lambda: not self._restarting)
            if self.epoch != seen:
                return True
            if self._shared or monotonic() - self._restarted < self.restart_pause_s:
                return False
            self._restarting = True
            self._door.wait_for(lambda: self._inside == 0)
            try:
                self._finalize(None)
                self._turn = self._begin()
            finally:
                self.epoch += 1
                self._restarted = monotonic()
                self._restarting = False
                self._door.notify_all()
        return True

    @property
    def _shared(self) -> bool:
        return not isinstance(self.library, _Library) or self.library.askers > 1

    def login(self, session: int, pin: bytearray | None) -> int:
        """C_Login of the user in an open session: the library's return value. `None` asks at the token's own keys."""
        if pin is None:
            return self._login(session, _USER, None, 0)
        buffer = (ctypes.c_char * len(pin)).from_buffer(pin)
        try:
            return self._login(session, _USER, ctypes.addressof(buffer), len(pin))
        finally:
            del buffer


_MODULES: dict[Path, Module] = {}
_ONE_AT_A_TIME = threading.Lock()


def module_at(path: Path) -> Module:
    """The library at `path`, loaded once a process. Raises KeyModuleUnusable; a later call tries again."""
    with _ONE_AT_A_TIME:
        if path not in _MODULES:
            _MODULES[path] = Module(path)
        return _MODULES[path]
