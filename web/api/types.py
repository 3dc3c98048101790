"""The types of documents that the installation knows, with the schema of each one's data. Nothing here is a secret."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi.responses import JSONResponse

from extraction.definitions import known_types, type_definition
from extraction.schema import schema_id, schema_of
from models.errors import UnknownDocumentType
from models.wire.documents import DocumentType, DocumentTypes
from web.guard import AtTheDoor
from web.responses import problems

router = APIRouter(prefix="/api/v1/document-types", tags=["document types"])


class SchemaResponse(JSONResponse):
    media_type = "application/schema+json"


@router.get(
    "", response_model=DocumentTypes, summary="The types that papers are recognised as", responses=problems()
)
def list_document_types(_door: AtTheDoor) -> DocumentTypes:
    """A purpose is not asked for: nobody's papers are looked at."""
    return DocumentTypes(
        items=tuple(
            DocumentType(
                code=one.code,
                version=one.version,
                name_vi=one.name_vi,
                name_en=one.name_en,
                schema_id=schema_id(one),
            )
            for one in known_types()
        )
    )


@router.get(
    "/{code}/schema",
    response_class=SchemaResponse,
    summary="The JSON Schema (2020-12) of the data of a type",
    responses=problems(UnknownDocumentType),
)
def show_type_schema(
    _door: AtTheDoor, code: Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
) -> dict[str, Any]:
    return schema_of(type_definition(code))
