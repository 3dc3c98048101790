"""What a time-stamp of an evidence record is to be checked with, inside the token itself, so that nothing else is needed.

The certificates of its authority and what was said of them (revocation lists, status answers) are added to the token outside
of what its authority signed (RFC 5652, 5.1 and 10.2.1; RFC 5940). The next time-stamp of the record covers them; until then
each must prove itself by its own issuer's signature, for anybody could add some.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from asn1crypto import cms, core, crl, ocsp, x509
from pyhanko.sign.general import extract_certificate_info
from pyhanko_certvalidator.sig_validate import DefaultSignatureValidator

from models.errors import CertificateStatusUnknown, NotRenewable
from models.signatures import Reason
from signing.judging.der import check_der
from signing.judging.embedded import issued_under
from signing.judging.levels import Store
from signing.keys.credential import common_name
from signing.loop import finish
from signing.making.evidence import Evidence, EvidenceSource
from signing.timestamps.tokens import Known
from signing.trust import SKEW, TrustStore, judge_path

MOST = 64
"""More lists or answers than a time-stamp needs; a guard against hostile ones."""


def carrying(token: bytes, known: Iterable[Known]) -> bytes:
    """The DER token with the certificates and the evidence in `known`; what it carried before is replaced."""
    bare, _ = apart(token)
    content = cms.ContentInfo.load(bare, strict=True)
    signed = content["content"]
    known = list(known)
    certificates = {choice.chosen.dump(): choice.chosen for choice in signed["certificates"]}
    found: dict[bytes, cms.RevocationInfoChoice] = {}
    further = False
    for one in known:
        # the anchor is left out: whether it is relied on is the verifier's decision
        certificates.update((each.dump(), each) for each in one.path.iter_certs(include_root=False))
        issuers = {each.subject.dump() for each in one.path.iter_certs(include_root=True)}
        for entry in one.evidence.lists:
            if entry.issuer.dump() in issuers:
                found[entry.dump()] = cms.RevocationInfoChoice(name="crl", value=entry)
        for answer in one.evidence.answers:
            other = cms.OtherRevocationInfoFormat(
                {"other_rev_info_format": "ocsp_response", "other_rev_info": answer}
            )
            found[answer.dump()] = cms.RevocationInfoChoice(name="other", value=other)
            further = True
    signed["certificates"] = [
        cms.CertificateChoices(name="certificate", value=one) for one in certificates.values()
    ]
    if found:
        signed["crls"] = list(found.values())
        if further:
            signed["version"] = "v5"
    carried: bytes = content.dump(force=True)
    return carried


def known_today(token: bytes, trust: TrustStore, source: EvidenceSource, now: datetime) -> Known:
    """What is said today of the authority that gave a token: to be put into it before a further time-stamp covers it.

    Raises CertificateStatusUnknown where nobody says anything, NotRenewable where its certificate is not good any more.
    """
    found = extract_certificate_info(cms.ContentInfo.load(token)["content"])
    _, store = apart(token)
    evidence = source.gather(found.signer_cert, now, found.other_certs)
    answers, lists = [*evidence.answers, *store.answers], [*evidence.lists, *store.lists]
    others = [*found.other_certs, *evidence.between]
    context = trust.context(now, others, answers, lists, skew=SKEW)
    judgement = finish(judge_path(context, found.signer_cert))
    if judgement.path is None:
        if judgement.reason is Reason.REVOCATION_UNKNOWN and evidence.troubles:
            raise CertificateStatusUnknown(reason="; ".join(dict.fromkeys(evidence.troubles)))
        name = common_name(found.signer_cert)
        raise NotRenewable(reason=f"{name}: {judgement.reason} {judgement.detail}")
    if not (evidence.answers or evidence.lists):  # what it carries is all that there is to have
        evidence = Evidence(store.answers, store.lists)
    return Known(judgement.path, evidence)


def apart(token: bytes) -> tuple[bytes, Store]:
    """The token without lists and answers, as its authority could have given it, and these.

    Raises ValueError, or what the ASN.1 library raises on rubbish.
    """
    content = cms.ContentInfo.load(token, strict=True)
    signed = content["content"]
    choices = signed["crls"]
    if isinstance(choices, core.Void):
        return token, Store()
    if not 1 <= len(choices) <= MOST:
        raise ValueError("none or too much of what was said of certificates")
    lists: list[crl.CertificateList] = []
    answers: list[ocsp.OCSPResponse] = []
    for choice in choices:
        if choice.name == "crl":
            lists.append(crl.CertificateList.load(choice.chosen.dump(), strict=True))
        else:
            answers.append(_answer(choice.chosen))
    if len({one.dump() for one in (*lists, *answers)}) != len(choices):
        raise ValueError("something said twice")
    if (signed["version"].native == "v5") != bool(answers):
        raise ValueError("version of the signed data")
    bare = cms.SignedData(
        {
            name: signed[name]
            for name in ("digest_algorithms", "encap_content_info", "certificates", "signer_infos")
        }
        | {"version": "v3" if answers else signed["version"].native}
    )
    whole: bytes = cms.ContentInfo({"content_type": "signed_data", "content": bare}).dump()
    return whole, Store((), tuple(answers), tuple(lists))


def _answer(form: cms.OtherRevocationInfoFormat) -> ocsp.OCSPResponse:
    if form["other_rev_info_format"].native != "ocsp_response":
        raise ValueError("something else than lists and answers")
    found = form["other_rev_info"]
    return ocsp.OCSPResponse.load(found.dump(), strict=True)


def check_material(store: Store, certificates: Iterable[x509.Certificate], trust: TrustStore) -> None:
    """Every list and answer must be genuine, byte for byte, by one of the `certificates` or an anchor.

    What they say is judged elsewhere. Raises ValueError, or what the libraries raise on rubbish.
    """
    issuers = [*certificates, *trust.anchors, *trust.others]
    for one in store.lists:
        same = one["tbs_cert_list"]["signature"].dump() == one["signature_algorithm"].dump()
        if not same or not any(
            _signed(one["tbs_cert_list"].dump(), one["signature"], one["signature_algorithm"], issuer)
            for issuer in issuers
            if issuer.subject.dump() == one.issuer.dump()
        ):
            raise ValueError("a revocation list that its issuer did not sign")
    for answer in store.answers:
        _check_answer(answer, issuers)


def _check_answer(answer: ocsp.OCSPResponse, issuers: list[x509.Certificate]) -> None:
    if answer["response_status"].native != "successful":
        raise ValueError("an answer that says nothing")
    held = answer["response_bytes"]
    if held["response_type"].native != "basic_ocsp_response":
        raise ValueError("an answer of another kind")
    inside = held["response"].contents
    if check_der(inside) != len(inside):
        raise ValueError("something follows an answer")
    basic = ocsp.BasicOCSPResponse.load(inside, strict=True)
    brought = list(basic["certs"]) if not isinstance(basic["certs"], core.Void) else []
    for one in brought:
        known = any(one.dump() == other.dump() for other in issuers)
        if not known and not any(issued_under(one, issuer) for issuer in issuers):
            raise ValueError("an answer with a stranger's certificate")
    if len({one.dump() for one in brought}) != len(brought):
        raise ValueError("a certificate twice in an answer")
    algorithm = basic["signature_algorithm"]
    if not any(
        _signed(basic["tbs_response_data"].dump(), basic["signature"], algorithm, one)
        for one in (*brought, *issuers)
    ):
        raise ValueError("an answer that nobody signed")


def _signed(
    data: bytes, signature: core.OctetBitString, algorithm: core.Sequence, signer: x509.Certificate
) -> bool:
    parameters = algorithm["parameters"]
    plain = isinstance(parameters, core.Void) or parameters.dump() == b"\x05\x00"
    if not plain and algorithm["algorithm"].native != "rsassa_pss":
        return False
    if signature.contents[:1] != b"\x00":
        return False
    try:
        DefaultSignatureValidator().validate_signature(signature.native, data, signer.public_key, algorithm)
    except Exception:  # noqa: BLE001 - the libraries raise anything on keys and values that do not fit; it is no proof then
        return False
    return True
