"""Training: what lines say and look like, that a network learns from them, stops, goes on, and ships as one file."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest
import torch
from rapidfuzz.distance import Levenshtein

from models.text import nfc, squeeze
from ocr.crops import LineCrop
from ocr.recognisers.own import OwnRecogniser
from ocr.training import train as training
from ocr.training.alphabet import ALPHABET, HEIGHT, STRIDE, classes, is_known
from ocr.training.batches import Line, batches, collate, make_line
from ocr.training.evaluate import error_rates, greedy, own_lines, read
from ocr.training.fonts import Typefaces
from ocr.training.network import LineNet
from ocr.training.sheets import lines_off_sheet, training_fonts
from ocr.training.text import LONGEST, TextSource
from samples.fonts import HELD_OUT, VIETNAMESE_LETTERS


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> None:
    training.use_threads(1)


@pytest.fixture(scope="module")
def faces() -> Typefaces:
    return Typefaces.find()


def test_the_alphabet_holds_every_vietnamese_letter_once_in_nfc() -> None:
    assert set(ALPHABET) >= VIETNAMESE_LETTERS
    assert len(set(ALPHABET)) == len(ALPHABET)
    assert all(nfc(c) == c and len(c) == 1 for c in ALPHABET[1:])


def test_lines_hold_known_characters_single_spaces_and_every_letter_sooner_or_later() -> None:
    source, rng = TextSource(), random.Random(3)
    lines = [source.line(rng) for _ in range(6000)]
    assert all(is_known(line) and 0 < len(line) <= LONGEST and "  " not in line for line in lines)
    assert set("".join(lines)) >= set(ALPHABET[1:])


def test_running_text_comes_from_the_given_file(tmp_path: Path) -> None:
    path = tmp_path / "paragraphs.txt"
    path.write_text("Quốc hội ban hành luật này\n\nchính phủ quy định chi tiết\n", encoding="utf-8")
    source, rng = TextSource.from_file(path), random.Random(1)
    lines = [source.line(rng).lower() for _ in range(60)]
    assert any(line in "quốc hội ban hành luật này" for line in lines if len(line) > 10)


def test_a_line_picture_is_dark_ink_on_light_paper_with_a_step_for_every_character(faces: Typefaces) -> None:
    source, rng = TextSource(), random.Random(5)
    for _ in range(60):
        line = make_line(rng, source, faces)
        assert line.picture.dtype == np.uint8
        assert line.picture.shape[0] == HEIGHT
        assert line.picture.shape[1] % STRIDE == 0
        assert line.picture.shape[1] // STRIDE >= len(line.text)
        assert np.median(line.picture) > 150


def test_the_same_seed_gives_the_same_lines(faces: Typefaces) -> None:
    one, other = (next(batches(9, TextSource(), faces)) for _ in range(2))
    assert one.texts == other.texts
    assert np.array_equal(one.pictures, other.pictures)


def test_lines_off_sheets_are_cut_as_in_service_and_say_what_they_show() -> None:
    rng, source, book = random.Random(11), TextSource(), training_fonts()
    lines = [line for _ in range(6) for line in lines_off_sheet(rng, source, book)]
    assert len(lines) > 30
    for picture, text in lines:
        assert picture.dtype == np.uint8
        assert picture.shape[0] == HEIGHT
        assert picture.shape[1] % STRIDE == 0
        assert text == squeeze(nfc(text))
    # The shipped net need not have seen them to agree with nearly all.
    shipped = OwnRecogniser()
    crops = [LineCrop(picture, np.eye(2, 3), (6.0, 42.0)) for picture, _ in lines]
    distance = sum(
        Levenshtein.distance(read.text, text)
        for read, (_, text) in zip(shipped.read(crops), lines, strict=True)
    )
    assert distance <= 0.15 * sum(len(text) for _, text in lines)


def test_no_typeface_is_trained_on_that_shows_how_unseen_type_is_read() -> None:
    assert not set(training_fonts().families) & set(HELD_OUT)


def test_padding_is_paper_and_lengths_are_told() -> None:
    dark = np.zeros((HEIGHT, 64), np.uint8)
    batch = collate([Line(dark, "ab"), Line(dark[:, :32], "ổ")])
    assert batch.pictures.shape == (2, 1, HEIGHT, 64)
    assert np.all(batch.pictures[1, 0, :, 32:] == 1)
    assert np.all(batch.pictures[1, 0, :, :32] == -1)
    assert batch.widths.tolist() == [64, 32]
    assert batch.targets.tolist() == classes("abổ")
    assert batch.lengths.tolist() == [2, 1]


def test_greedy_decoding_folds_repetitions_and_drops_blanks() -> None:
    a, b = classes("ab")
    assert greedy(np.array([0, a, a, 0, a, b, b, 0])) == "aab"


def test_the_network_gives_one_score_vector_for_each_step() -> None:
    net = LineNet(len(ALPHABET)).eval()
    with torch.inference_mode():
        assert net(torch.ones(2, 1, HEIGHT, 20 * STRIDE)).shape == (2, 20, len(ALPHABET))
    assert 1.5e6 <= sum(p.numel() for p in net.parameters()) <= 3.2e6


def test_the_rate_rises_stays_and_falls_to_almost_nothing() -> None:
    assert training.rate_at(0, None) < 0.1 * training.RATE
    assert training.rate_at(training.WARM_UP, None) == training.rate_at(10**7, None) == training.RATE
    assert training.rate_at(60_000, (50_000, 70_000)) == pytest.approx(training.RATE / 2)
    assert training.rate_at(70_000, (50_000, 70_000)) == pytest.approx(training.RATE * 0.01)


@pytest.mark.slow
def test_the_command_trains_stops_goes_on_and_the_file_it_exports_reads_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, faces: Typefaces
) -> None:
    from ocr.training import export

    lines = own_lines(TextSource(), faces, 30)
    monkeypatch.setattr(training, "own_lines", lambda *_: lines)
    monkeypatch.setattr(training, "_REPORT_SECONDS", 0.0)  # every step says its loss
    start = error_rates(training.Run.start("pp-ocr").net, {"own": lines})["own"]
    run = tmp_path / "run"
    for _ in range(2):
        training.train(run, 130, text=None, start="pp-ocr", decay=False, workers=1, check=None)
    log = [json.loads(row) for row in (run / "log.jsonl").read_text().splitlines()]
    seen = [row["lines"] for row in log]
    assert seen == sorted(seen), "the second run goes on where the first one stopped"
    state = torch.load(run / "state.pt", weights_only=True)
    assert state["lines"] == seen[-1] >= 260
    losses = [row["loss"] for row in log if "loss" in row]
    assert sum(losses[-12:]) < 0.8 * sum(losses[:12])
    first, second = (row["own"] for row in log if "own" in row)
    assert second < first < start
    assert second < 0.75 * start

    trained = training.Run.load(run / "state.pt")
    assert error_rates(trained.smooth, {"own": lines})["own"] == second
    shipped = tmp_path / "lines.onnx"
    export.export_floats(run / "state.pt", shipped)
    import onnxruntime

    session = onnxruntime.InferenceSession(str(shipped))
    trained.smooth.soften(0.0)
    for line in lines[:10]:
        scores = session.run(None, {"lines": collate([line]).pictures})[0]
        assert greedy(scores[0].argmax(-1)) == read(trained.smooth, [line])[0]
