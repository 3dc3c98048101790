"""A master key behind a command: the seam for any KMS, whose client and credentials stay outside of this program.

The command is called as `PROGRAM wrap|unwrap NAME CONTEXT` (context in hexadecimal, to be bound to the wrapped key as the
KMS's encryption context). It gets the key as one line of base64 on standard input and answers with one on standard output.
Exit status 0 is done, 65 is "this was not wrapped so", anything else a fault that may pass.
"""

from __future__ import annotations

import base64
import binascii
import subprocess
from pathlib import Path

from models.errors import KeyServiceFault, WrappedKeyDamaged

_NOT_WRAPPED_SO = 65
"""EX_DATAERR of sysexits.h"""


class CommandKey:
    """A KeyWrapper over a program. What the program writes to standard error is not read: it might hold a key."""

    def __init__(self, program: Path, name: str, *, timeout_s: float = 20) -> None:
        self._program = program
        self._said = name
        self.name = f"command:{name}"
        self._timeout_s = timeout_s

    def wrap(self, key: bytes, context: bytes) -> bytes:
        return self._call("wrap", key, context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        return self._call("unwrap", wrapped, context)

    def _call(self, verb: str, given: bytes, context: bytes) -> bytes:
        try:
            ended = subprocess.run(
                [self._program, verb, self._said, context.hex()],
                input=base64.b64encode(given) + b"\n",
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=self._timeout_s,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise KeyServiceFault(name=self.name, reason=f"no answer in {self._timeout_s:g} s") from None
        except OSError as fault:
            raise KeyServiceFault(name=self.name, reason=fault.strerror or str(fault)) from fault
        if ended.returncode == _NOT_WRAPPED_SO and verb == "unwrap":
            raise WrappedKeyDamaged(name=self.name)
        if ended.returncode != 0:
            raise KeyServiceFault(name=self.name, reason=f"{verb} ended with status {ended.returncode}")
        try:
            return base64.b64decode(ended.stdout.strip(), validate=True)
        except binascii.Error:
            raise KeyServiceFault(name=self.name, reason=f"the answer to {verb} is no base64") from None
