"""The tables of the register. Changes go through `migrations/`; a test holds both against each other."""

from storage.schema.acceptance import lot_samples, sampled_documents
from storage.schema.access import (
    accounts,
    client_keys,
    clients,
    idempotency,
    receipt_keys,
    tokens,
    uploads,
    used_assertions,
)
from storage.schema.base import metadata
from storage.schema.batches import batch_entries, batch_remarks, batches
from storage.schema.brought import import_records, imports, presented_again, results
from storage.schema.casework import component_rules, components, dossiers, lots, procedures
from storage.schema.events import deliveries, events, webhooks
from storage.schema.facts import (
    fields,
    page_prints,
    search_entries,
    signatures,
    transfer_notes,
    unrecorded,
)
from storage.schema.handover import handovers
from storage.schema.keeping import (
    disposals,
    evidence_batches,
    evidence_leaves,
    legal_holds,
    proofs,
    store_checks,
    subject_requests,
    tombstones,
)
from storage.schema.kiosks import device_reports, enrolments, sealing_keys
from storage.schema.offices import office_certificates
from storage.schema.papers import (
    captures,
    derivations,
    documents,
    ecopies,
    ecopy_revisions,
    judgements,
    object_keys,
    objects,
    sources,
    whole_copy,
)
from storage.schema.parties import (
    agencies,
    certificates,
    document_holders,
    holder_identifiers,
    holders,
    people,
    units,
)
from storage.schema.reuse import correction_tasks, reuse_events
from storage.schema.trail import audit, audit_anchors, audit_head
from storage.schema.work import installation, job_turns, jobs, machines

__all__ = [
    "accounts",
    "agencies",
    "audit",
    "audit_anchors",
    "audit_head",
    "batch_entries",
    "batch_remarks",
    "batches",
    "captures",
    "certificates",
    "client_keys",
    "clients",
    "component_rules",
    "components",
    "correction_tasks",
    "deliveries",
    "derivations",
    "device_reports",
    "disposals",
    "document_holders",
    "documents",
    "dossiers",
    "ecopies",
    "ecopy_revisions",
    "enrolments",
    "events",
    "evidence_batches",
    "evidence_leaves",
    "fields",
    "handovers",
    "holder_identifiers",
    "holders",
    "idempotency",
    "import_records",
    "imports",
    "installation",
    "job_turns",
    "jobs",
    "judgements",
    "legal_holds",
    "lot_samples",
    "lots",
    "machines",
    "metadata",
    "object_keys",
    "objects",
    "office_certificates",
    "page_prints",
    "people",
    "presented_again",
    "procedures",
    "proofs",
    "receipt_keys",
    "results",
    "reuse_events",
    "sampled_documents",
    "sealing_keys",
    "search_entries",
    "signatures",
    "sources",
    "store_checks",
    "subject_requests",
    "tokens",
    "tombstones",
    "transfer_notes",
    "units",
    "unrecorded",
    "uploads",
    "used_assertions",
    "webhooks",
    "whole_copy",
]
