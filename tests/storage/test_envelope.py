"""The envelope gives the content back whole or not at all, from any place, and nothing of it is in the open."""

from __future__ import annotations

import io
import random
from typing import BinaryIO, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import ObjectDamaged, StorageFault, StoreDown
from storage.envelope import CHUNK, HEADER, TAG, OpeningReader, SealingReader

KEY, NAME = bytes(range(32)), "01ARZ3NDEKTSV4RRFFQ69G5FAV"
STEP = CHUNK + TAG


def seal(content: bytes, *, name: str = NAME) -> bytes:
    return SealingReader(io.BytesIO(content), KEY, name).read()


def opened(*copies: bytes | StorageFault, name: str = NAME, key: bytes = KEY) -> OpeningReader:
    waiting = list(copies)

    def next_copy(fault: StorageFault | None) -> BinaryIO:
        if not waiting:
            assert fault is not None
            raise fault
        one = waiting.pop(0)
        if isinstance(one, StorageFault):
            return next_copy(one)
        return io.BytesIO(one)

    return OpeningReader(next_copy, key, name)


def content_of(size: int) -> bytes:
    return random.Random(size).randbytes(size)


SIZES = [0, 1, 15, 16, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 5]


@pytest.mark.parametrize("size", SIZES)
def test_what_goes_in_comes_out(size: int) -> None:
    content = content_of(size)
    sealed = seal(content)
    assert len(sealed) == HEADER + size + max(1, -(-size // CHUNK)) * TAG
    assert opened(sealed).read() == content


@pytest.mark.parametrize("size", [0, CHUNK, 2 * CHUNK + 9])
def test_an_envelope_cut_off_anywhere_is_refused(size: int) -> None:
    sealed = seal(content_of(size))
    ends = {0, 5, HEADER, len(sealed) - 1, len(sealed) - TAG, *range(HEADER, len(sealed), STEP)}
    for end in ends - {len(sealed)}:
        with pytest.raises(ObjectDamaged):
            opened(sealed[:end]).read()


def test_chunks_swapped_repeated_left_out_or_added_are_refused() -> None:
    sealed = seal(content_of(4 * CHUNK))
    head, chunks = sealed[:HEADER], [sealed[at : at + STEP] for at in range(HEADER, len(sealed), STEP)]
    a, b, c, d = chunks
    for other in (
        [b, a, c, d],
        [a, a, c, d],
        [a, c, d],
        [a, b, c, d, d],
        [a, b, c, d, c],
        [a, b, d, c],
        [a, b, c],
    ):
        with pytest.raises(ObjectDamaged):
            opened(head + b"".join(other)).read()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, HEADER + 2 * CHUNK + 100 + 3 * TAG - 1), st.integers(0, 7))
def test_any_bit_that_flips_is_found(at: int, bit: int) -> None:
    sealed = bytearray(seal(b"x" * (2 * CHUNK + 100)))
    sealed[at] ^= 1 << bit
    with pytest.raises(ObjectDamaged):
        opened(bytes(sealed)).read()


def test_an_envelope_does_not_open_as_another_object_or_with_another_key() -> None:
    sealed = seal(b"content")
    with pytest.raises(ObjectDamaged):
        opened(sealed, name="01ARZ3NDEKTSV4RRFFQ69G5FAW")
    with pytest.raises(ObjectDamaged):
        opened(sealed, key=bytes(32))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3 * CHUNK), st.integers(0, 2 * CHUNK)), max_size=6))
def test_it_reads_from_anywhere_like_a_file(looks: list[tuple[int, int]]) -> None:
    content = content_of(2 * CHUNK + 777)
    plain = io.BytesIO(content)
    with io.BufferedReader(opened(seal(content))) as handle:
        for at, length in looks:
            assert handle.seek(at) == plain.seek(at)
            assert handle.read(length) == plain.read(length)


def test_the_same_content_never_looks_the_same_and_shows_nothing() -> None:
    content = "Giấy khai sinh".encode() * 10_000
    one, other = seal(content), seal(content)
    assert one[HEADER:] != other[HEADER:]
    assert b"khai" not in one


def test_a_second_copy_takes_over_in_the_middle() -> None:
    content = content_of(3 * CHUNK)
    sealed = seal(content)
    damaged = bytearray(sealed)
    damaged[HEADER + STEP + 100] ^= 1
    assert opened(bytes(damaged), sealed).read() == content
    assert opened(StoreDown(store="first", reason="gone"), sealed).read() == content
    with pytest.raises(ObjectDamaged):
        opened(bytes(damaged), bytes(damaged)).read()


def test_sealing_reads_in_small_pieces_and_tells_the_contents_hash() -> None:
    from hashlib import sha256

    class Drops(io.RawIOBase):
        def __init__(self, content: bytes) -> None:
            self.left = content

        def read(self, size: int = -1) -> bytes:
            piece, self.left = self.left[: min(size, 1000)], self.left[min(size, 1000) :]
            return piece

    content = content_of(CHUNK * 2)
    sealing = SealingReader(cast(BinaryIO, Drops(content)), KEY, NAME)
    sealed = b"".join(iter(lambda: sealing.read(777), b""))
    assert (sealing.size, sealing.sha256) == (len(content), sha256(content).hexdigest())
    assert opened(sealed).read() == content
