"""Which certificates signed a file of ours, as it says itself; whether that holds is for `signing.judging.verify` to say."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import SigningError

from models.errors import SigningFault
from models.signatures import SignerCertificate
from signing.keys.credential import certificate_facts, common_name
from signing.quiet import keep_libraries_quiet


@dataclass(frozen=True)
class Maker:
    """Who made a signature."""

    common_name: str
    certificate: SignerCertificate


def makers_of(path: Path) -> dict[str, Maker]:
    """Who made each signature, by the name of its field; time-stamps left aside.

    Raises OSError, or SigningFault when the file is no PDF whose signatures can be read.
    """
    keep_libraries_quiet()
    with path.open("rb") as file:
        try:
            found = PdfFileReader(file).embedded_regular_signatures
            return {
                one.field_name: Maker(common_name(one.signer_cert), certificate_facts(one.signer_cert))
                for one in found
            }
        except (PdfError, SigningError, KeyError, ValueError, TypeError) as fault:
            raise SigningFault(reason=f"{path.name}: {type(fault).__name__} {fault}") from fault
