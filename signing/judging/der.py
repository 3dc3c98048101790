"""Strict DER: one value has one encoding, so that no byte of a signature can change without being noticed."""

from __future__ import annotations

MAX_DEPTH = 40
"""Deeper than any honest signature; a guard against hostile nesting."""

_CONSTRUCTED = 0x20
_UNIVERSAL_CONSTRUCTED = frozenset({0x10, 0x11})  # SEQUENCE, SET


def check_der(data: bytes) -> int:
    """Check that `data` begins with one canonical DER value and return that value's whole length in bytes.

    Lengths must be definite and minimal, tags low, booleans 00 or FF, integers and identifiers minimal, unused
    bits zero, nulls empty, strings primitive (X.690, clauses 10 and 11; the order within SET OF is left out,
    since no single value can be swapped unnoticed there). Raises ValueError.
    """
    return _check_value(memoryview(data), 0, len(data), 0)


def _check_value(data: memoryview, start: int, limit: int, depth: int) -> int:
    if depth > MAX_DEPTH:
        raise ValueError("nested too deeply")
    tag, content, end = _header(data, start, limit)
    number, constructed, universal = tag & 0x1F, bool(tag & _CONSTRUCTED), tag < 0x40
    if number == 0x1F or tag == 0:
        raise ValueError(f"strange tag at {start}")
    if universal and constructed != (number in _UNIVERSAL_CONSTRUCTED):
        raise ValueError(f"wrong form of tag {tag:#x} at {start}")
    if constructed:
        position = content
        while position < end:
            position = _check_value(data, position, end, depth + 1)
    elif universal:
        _check_primitive(number, data[content:end])
    return end


def _header(data: memoryview, start: int, limit: int) -> tuple[int, int, int]:
    """Tag, start of the content and its end. Raises ValueError when it does not fit or is not minimal."""
    if start + 2 > limit:
        raise ValueError("cut short")
    length, content = data[start + 1], start + 2
    if length & 0x80:
        count = length & 0x7F
        if not 1 <= count <= 4 or content + count > limit:
            raise ValueError(f"indefinite or absurd length at {start}")
        length = int.from_bytes(data[content : content + count], "big")
        if length < 0x80 or length >> 8 * (count - 1) == 0:
            raise ValueError(f"length not minimal at {start}")
        content += count
    if content + length > limit:
        raise ValueError("cut short")
    return data[start], content, content + length


def _check_primitive(number: int, content: memoryview) -> None:
    check = _CHECKS.get(number)
    if check is not None and not check(content):
        raise ValueError(f"value of tag {number:#x} is not canonical")


def _is_boolean(content: memoryview) -> bool:
    return len(content) == 1 and content[0] in (0x00, 0xFF)


def _is_integer(content: memoryview) -> bool:
    if len(content) < 2:
        return len(content) == 1
    padded = (content[0] == 0x00 and content[1] < 0x80) or (content[0] == 0xFF and content[1] >= 0x80)
    return not padded


def _is_bit_string(content: memoryview) -> bool:
    if len(content) == 0 or content[0] > 7 or (len(content) == 1 and content[0]):
        return False
    return len(content) == 1 or content[-1] & ((1 << content[0]) - 1) == 0


def _is_null(content: memoryview) -> bool:
    return len(content) == 0


def _is_identifier(content: memoryview) -> bool:
    if len(content) == 0 or content[-1] & 0x80:
        return False
    begins = True
    for octet in content:
        if begins and octet == 0x80:
            return False
        begins = not octet & 0x80
    return True


_CHECKS = {0x01: _is_boolean, 0x02: _is_integer, 0x03: _is_bit_string, 0x05: _is_null, 0x06: _is_identifier}
