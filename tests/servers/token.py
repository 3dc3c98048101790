"""Real PKCS#11 tokens in software (SoftHSM): one for the test process, and others that tests may break."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN = "1234"
TOKEN_PIN = "73091465"
"""Of the tokens that tests make for themselves."""
LABEL = "ecopy tests"


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="ecopy-token-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(
        f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n"
    )
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")  # read when the module is loaded
    subprocess.run(
        ["softhsm2-util", "--init-token", "--free", "--label", LABEL, "--pin", PIN, "--so-pin", PIN],
        check=True,
        capture_output=True,
    )
    (folder / "pin").write_text(f"{PIN}\n")
    return folder


def new_key(label: str) -> str:
    """Make an AES key in the token; its PKCS#11 URI, as the settings take it."""
    import pkcs11
    from pkcs11.exceptions import UserAlreadyLoggedIn

    folder = _folder()
    token = pkcs11.lib(str(MODULE)).get_token(token_label=LABEL)
    try:
        session = token.open(rw=True, user_pin=PIN)
    except UserAlreadyLoggedIn:
        session = token.open(rw=True)
    with session:
        session.generate_key(pkcs11.KeyType.AES, 256, label=label, store=True)
    return f"pkcs11:token={LABEL.replace(' ', '%20')};object={label}?module-path={MODULE}&pin-source=file:{folder / 'pin'}"


@dataclass(frozen=True)
class SoftToken:
    """A token with a copy of the library to itself: what befalls it befalls nobody else in the process."""

    folder: Path
    label: str

    @classmethod
    def create(cls, folder: Path, label: str = "thử ký") -> SoftToken:
        made = cls(folder, label)
        (folder / "tokens").mkdir(parents=True)
        made.configuration.write_text(
            f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n"
        )
        shutil.copyfile(MODULE, made.module)
        with made.environment():
            subprocess.run(
                [
                    "softhsm2-util",
                    "--init-token",
                    "--free",
                    "--label",
                    label,
                    "--pin",
                    TOKEN_PIN,
                    "--so-pin",
                    PIN,
                ],
                check=True,
                capture_output=True,
            )
        made.pin_file.write_text(f"{TOKEN_PIN}\n")
        return made

    @property
    def configuration(self) -> Path:
        return self.folder / "softhsm2.conf"

    @property
    def module(self) -> Path:
        return self.folder / "libsofthsm2.so"

    @property
    def pin_file(self) -> Path:
        return self.folder / "pin"

    @property
    def content(self) -> Path:
        """The folder whose absence is the token's."""
        (found,) = (self.folder / "tokens").iterdir()
        return found

    @contextmanager
    def environment(self) -> Iterator[None]:
        """The library reads its configuration whenever it is begun."""
        before = os.environ.get("SOFTHSM2_CONF")
        os.environ["SOFTHSM2_CONF"] = str(self.configuration)
        try:
            yield
        finally:
            if before is None:
                del os.environ["SOFTHSM2_CONF"]
            else:
                os.environ["SOFTHSM2_CONF"] = before

    @contextmanager
    def session(self) -> Iterator[Any]:
        """A session of the user's, that writes; a login that it made ends with it."""
        from pkcs11.exceptions import UserAlreadyLoggedIn

        from signing.keys.modules import module_at

        with self.environment():
            library = module_at(self.module).library
        token = library.get_token(token_label=self.label)
        try:
            session = token.open(rw=True, user_pin=TOKEN_PIN)
        except UserAlreadyLoggedIn:
            session = token.open(rw=True)
        with session:
            yield session

    def new_signing_key(self, label: str, kind: str, **attributes: object) -> bytes:
        """Make an RSA key (`rsa-2048`) or an EC one (`secp256r1`) in the token; its public key as DER."""
        import pkcs11
        from pkcs11.util import ec, rsa

        named = {pkcs11.Attribute[name]: value for name, value in attributes.items()}
        identifier = label.encode()
        with self.session() as session:
            if kind.startswith("rsa-"):
                public, _ = session.generate_keypair(
                    pkcs11.KeyType.RSA,
                    int(kind[4:]),
                    id=identifier,
                    label=label,
                    store=True,
                    private_template=named,
                )
                return rsa.encode_rsa_public_key(public)
            parameters = session.create_domain_parameters(
                pkcs11.KeyType.EC,
                {pkcs11.Attribute.EC_PARAMS: ec.encode_named_curve_parameters(kind)},
                local=True,
            )
            public, _ = parameters.generate_keypair(
                id=identifier, label=label, store=True, private_template=named
            )
            return ec.encode_ec_public_key(public)

    def new_master_key(self, label: str) -> None:
        import pkcs11

        with self.session() as session:
            session.generate_key(pkcs11.KeyType.AES, 256, label=label, store=True)

    def add_certificate(self, label: str, der: bytes, identifier: bytes | None = None) -> None:
        import pkcs11
        from pkcs11.util import x509

        with self.session() as session:
            session.create_object(
                {
                    **x509.decode_x509_certificate(der),
                    pkcs11.Attribute.TOKEN: True,
                    pkcs11.Attribute.LABEL: label,
                    pkcs11.Attribute.ID: label.encode() if identifier is None else identifier,
                }
            )
