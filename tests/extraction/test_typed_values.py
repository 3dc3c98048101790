"""What a person types for each kind: put into the one spelling of the data, or refused with a reason."""

import pytest

from extraction.corrections import read_typed
from extraction.definitions import FieldDefinition, Kind


def typed(kind: Kind, text: str) -> str:
    pattern = r"[A-Z]\d+" if kind == "code" else None
    return read_typed(FieldDefinition(name="x", name_vi="x", name_en="x", kind=kind, pattern=pattern), text)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("old_id", "012 345 678", "012345678"),
        ("identity", "c1234567", "C1234567"),
        ("tax_code", "0314409058-002", "0314409058-002"),
        ("tax_code", "0100233489", "0100233489"),  # the flag stays, the person's word counts
        ("tax_code", "001204000017", "001204000017"),
        ("money", "250.000.000 đồng", "250000000"),
        ("money_words", "Hai trăm đồng", "Hai trăm đồng"),
        ("area", "1.250,50 m²", "1250.5"),
        ("area_words", "Một trăm mét vuông", "Một trăm mét vuông"),
        ("land_serial", "bk123456", "BK 123456"),
        ("dossier_code", "H01.23 - 260105 - 0001", "H01.23-260105-0001"),
        ("procedure_code", "1.001928", "1.001928"),
        ("agency_code", "H01.23", "H01.23"),
        ("short_number", "251+252", "251+252"),
        ("code", "VP-00123", "VP-00123"),
        ("phone", "+84 912 345 678", "0912345678"),
        ("email", "An@Example.com", "an@example.com"),
    ],
)
def test_what_is_typed_gets_the_spelling_of_the_data(kind: Kind, text: str, value: str) -> None:
    assert typed(kind, text) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("old_id", "12345678"),
        ("identity", "12345"),
        ("tax_code", "O100233488"),
        ("tax_code", "12345"),
        ("money", "hai trăm"),
        ("money_words", "200"),
        ("area", "rộng"),
        ("area_words", "rộng lắm"),
        ("land_serial", "123456"),
        ("dossier_code", "H01.23-261305-0001"),
        ("procedure_code", "1928"),
        ("agency_code", "phường"),
        ("short_number", "không"),
        ("code", "không"),
        ("phone", "12"),
        ("email", "an"),
    ],
)
def test_what_cannot_be_such_a_value_is_refused(kind: Kind, text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        typed(kind, text)
