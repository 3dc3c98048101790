"""Which type a paper is of, with a probability, and `unknown` as an honest answer."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from rapidfuzz.distance import Levenshtein

from extraction.definitions import Catalogue, TypeDefinition, other_titles
from extraction.layout import Row, Sheet, capital_share, joined, key_of
from extraction.lexicon import is_syllable, marks
from extraction.parsed import EDGE
from extraction.phrases import Match, PhraseSet, Runs, cutoff_for
from models.extraction import UNKNOWN_TYPE

BIAS = -2.6
"""Log-odds of a type before anything speaks for it, against `unknown` at 0."""
_OTHER_TITLE = 5.0
_FOREIGN = -6.0
"""Against every type, on a paper in another language: labels of two-language forms stand on such papers too."""
_FEWEST_WORDS, _SYLLABLES, _MARKED = 12, 0.35, 0.08
"""Of so many words that many are Vietnamese syllables, or syllables with marks, on any paper of ours."""
_LATER_TITLE = 0.25
"""What a title that is not the first one on the paper still counts."""
_PAGES = 3
_LARGE = 1.25
_TITLE_ROWS, _TITLE_WORDS = 4, 16
"""A title runs over so many lines of so many words at most."""
_CLEAR = 0.8
_SAME_WORD = 0.5
"""Two words less alike than this are two words: «phòng» is no misread «đơn»."""
_AGENCIES = frozenset({"so", "bo", "ban", "cuc", "vu", "phong", "chicuc", "tongcuc", "trungtam", "vanphong"})
"""How names of agencies begin: «SỞ KẾ HOẠCH VÀ ĐẦU TƯ» is no plan."""


@dataclass(frozen=True)
class Classification:
    """The judgement over one paper."""

    document_type: str
    """Type code or `unknown`."""
    probability: float
    probabilities: dict[str, float]
    """Of every type and of `unknown`; they add up to 1."""
    titles: dict[str, tuple[int, int]]
    """Sheet and row of the title of each type whose title was found."""


@dataclass(frozen=True)
class _Title:
    code: str
    weight: float
    sheet: int
    row: int
    """Its first row: the head of the paper ends above it."""
    strength: float
    rows: int = 1


class Classifier:
    """Cues of a set of types, prepared once."""

    def __init__(self, types: Sequence[TypeDefinition]) -> None:
        self._types = tuple(types)
        titles: list[tuple[str, str, float]] = []
        cues: list[tuple[str, str, float]] = []
        starts: list[tuple[str, str, float]] = []
        kinds = {"title": titles, "anywhere": cues, "word_start": starts}
        for definition in types:
            for cue in definition.cues:
                kinds[cue.where].append((cue.text, definition.code, cue.weight))
        titles.extend((text, UNKNOWN_TYPE, _OTHER_TITLE) for text in other_titles())
        self._titles, self._cues, self._starts = titles, cues, starts
        self._title_set = PhraseSet([text for text, _, _ in titles])
        self._title_keys = [key_of(text) for text, _, _ in titles]
        self._cue_set = PhraseSet([text for text, _, _ in cues])

    def classify(self, sheets: Sequence[Sheet], runs: Sequence[Runs]) -> Classification:
        """Judge the first pages of a paper; a paper without words is `unknown`."""
        titles = self._found_titles(sheets, runs)
        phrases = self._phrase_scores(sheets, runs)
        first = min(((t.sheet, t.row) for t in titles), default=None)
        logits = {UNKNOWN_TYPE: 0.0}
        foreign = _FOREIGN if _is_foreign(sheets[:_PAGES]) else 0.0
        places: dict[str, tuple[int, int]] = {}
        titled = {t.code for t in titles}
        # Types that nothing speaks for share what four had: more types make no blank page less unknown.
        bare = BIAS - math.log(max(len(self._types), 4) / 4)
        for definition in self._types:
            code = definition.code
            positive, negative = phrases[code]
            start = BIAS if positive > 0 or code in titled else bare
            logits[code] = start + min(positive, definition.cue_limit) + negative + foreign
        for code in titled:
            own = [t for t in titles if t.code == code]
            best = max(own, key=lambda t: self._worth(t, first))
            logits[code] += self._worth(best, first)
            places[code] = (best.sheet, best.row)
        return _judged(logits, places)

    def _worth(self, title: _Title, first: tuple[int, int] | None) -> float:
        leading = (title.sheet, title.row) == first
        return title.weight * title.strength * (1.0 if leading else _LATER_TITLE)

    def _found_titles(self, sheets: Sequence[Sheet], runs: Sequence[Runs]) -> list[_Title]:
        found: list[_Title] = []
        for at, sheet in enumerate(sheets[:_PAGES]):
            best: dict[int, tuple[float, _Title]] = {}
            for match in self._title_set.find(runs[at]):
                text, code, weight = self._titles[match.phrase]
                strength = _title_strength(match, sheet)
                if strength <= 0 or (
                    code == UNKNOWN_TYPE and match.similarity < 1 and not _means(text, match, sheet)
                ):
                    continue
                title = _Title(code, weight, at, match.row, strength)
                rank = strength * match.similarity * math.log(1 + len(text))
                if match.row not in best or rank > best[match.row][0]:
                    best[match.row] = (rank, title)
            single = [title for _, title in best.values()]
            broken = self._over_rows(at, sheet)
            taken = {row for title in broken for row in range(title.row, title.row + title.rows)}
            found.extend(title for title in single if title.row not in taken)
            found.extend(broken)
        return found

    def _over_rows(self, at: int, sheet: Sheet) -> list[_Title]:
        """Titles broken over lines: «TRÍCH LỤC / KHAI SINH», «GIẤY CHỨNG NHẬN / QUYỀN SỬ DỤNG ĐẤT».

        The title over lines means more than what one of its lines says alone; of several the longest counts.
        """
        found: list[_Title] = []
        capitals = [len(r.tokens) <= _TITLE_WORDS and capital_share(r.text) >= 0.8 for r in sheet.rows]
        index = 0
        while index < len(sheet.rows) - 1:
            longest = next(
                (
                    title
                    for last in range(min(index + _TITLE_ROWS, len(sheet.rows)) - 1, index, -1)
                    if all(capitals[index : last + 1]) and (title := self._one_title(at, sheet, index, last))
                ),
                None,
            )
            if longest is not None:
                found.append(longest)
            index += longest.rows if longest else 1
        return found

    def _one_title(self, at: int, sheet: Sheet, first: int, last: int) -> _Title | None:
        """The title that these rows are, word for word, when they stand close together."""
        rows = sheet.rows[first : last + 1]
        gaps = (below.y0 - above.y1 for above, below in pairwise(rows))
        if max(gaps) > 2.5 * max(row.height for row in rows):
            return None
        key = "".join(row.key for row in rows)
        best: tuple[float, int] | None = None
        for index, title in enumerate(self._title_keys):
            similarity = Levenshtein.normalized_similarity(key, title, score_cutoff=cutoff_for(len(title)))
            if similarity > 0 and (best is None or similarity > best[0]):
                best = (similarity, index)
        if best is None:
            return None
        _, code, weight = self._titles[best[1]]
        return _Title(code, weight, at, first, best[0], len(rows))

    def _phrase_scores(self, sheets: Sequence[Sheet], runs: Sequence[Runs]) -> dict[str, tuple[float, float]]:
        """Weight of the other cues for and against each type; each cue counts once."""
        best: dict[int, float] = {}
        for sheet_runs, sheet in zip(runs[:_PAGES], sheets, strict=False):
            for match in self._cue_set.find(sheet_runs):
                text, _, weight = self._cues[match.phrase]
                if weight > 0 or _means(text, match, sheet):
                    best[match.phrase] = max(best.get(match.phrase, 0.0), match.similarity)
        found = [(code, weight * best[at]) for at, (_, code, weight) in enumerate(self._cues) if at in best]
        found += [
            (code, weight) for text, code, weight in self._starts if _begins_a_word(text, sheets[:_PAGES])
        ]
        scores: dict[str, tuple[float, float]] = defaultdict(lambda: (0.0, 0.0))
        for code, score in found:
            positive, negative = scores[code]
            scores[code] = (positive + max(score, 0.0), negative + min(score, 0.0))
        return scores


def _begins_a_word(text: str, sheets: Sequence[Sheet]) -> bool:
    """Whether a long word begins with the text; its first letter may be misread."""
    start = key_of(text)
    return any(
        t.key[1 : len(start)] == start[1:] for s in sheets for t in s.tokens() if len(t.key) > 2 * len(start)
    )


def _means(cue: str, match: Match, sheet: Sheet) -> bool:
    """With its tone marks and word for word: «Minh Trinh» is no «Kính trình», «Nhận chuyển nhượng» no «Bên …».

    What speaks against a type must be clear.
    """
    read = joined(sheet.rows[match.row].tokens[match.start : match.end]).lower().strip(" :.,;")
    if Levenshtein.normalized_similarity(read, cue.lower()) < _CLEAR:
        return False
    words, wanted = read.split(), cue.lower().split()
    return len(words) != len(wanted) or all(
        Levenshtein.normalized_similarity(one, other) >= _SAME_WORD
        for one, other in zip(words, wanted, strict=True)
    )


def _title_strength(match: Match, sheet: Sheet) -> float:
    """0–1: how much a run of words looks like the title of a paper, and not like words in its text."""
    row = sheet.rows[match.row]
    cell = next(c for c in sheet.cells(row) if c.tokens[0].x0 <= row.tokens[match.start].x0 <= c.x1)
    run = Row(row.tokens[match.start : match.end])
    if run.tokens[-1] not in cell.tokens:  # letters set wide apart
        cell = row
    letters = sum(len(t.key) for t in run.tokens)
    share = letters / max(1, sum(len(t.key) for t in cell.tokens))
    capitals, large = capital_share(run.text), run.height > _LARGE * sheet.height
    if share < 0.5 or (capitals < 0.6 and not large):
        return 0.0
    before = sum(len(t.key) for t in cell.tokens if t.x1 <= run.x0)
    if before > 3 or (before and _begins_agency(cell)):
        return 0.0
    strength = match.similarity * min(1.0, 0.55 + 0.5 * share)
    return strength if capitals >= 0.6 else strength * 0.7


def _is_foreign(sheets: Sequence[Sheet]) -> bool:
    """Whether hardly a word can be Vietnamese; a reading that only lost its marks still has syllables."""
    words = [
        w for s in sheets for t in s.tokens() if len(w := t.text.strip(EDGE).lower()) > 1 and w.isalpha()
    ]
    known = [w for w in words if is_syllable(w)]
    marked = sum(marks(w) > 0 for w in known)
    return (
        len(words) >= _FEWEST_WORDS and len(known) < _SYLLABLES * len(words) and marked < _MARKED * len(words)
    )


def _begins_agency(cell: Row) -> bool:
    keys = [t.key for t in cell.tokens[:2]]
    return keys[0] in _AGENCIES or "".join(keys) in _AGENCIES


def _judged(logits: dict[str, float], places: dict[str, tuple[int, int]]) -> Classification:
    top = max(logits.values())
    odds = {code: math.exp(value - top) for code, value in logits.items()}
    total = sum(odds.values())
    probabilities = {code: value / total for code, value in odds.items()}
    best = max(probabilities, key=lambda code: probabilities[code])
    return Classification(best, min(1.0, probabilities[best]), probabilities, places)


@lru_cache(maxsize=4)
def classifier(catalogue: Catalogue) -> Classifier:
    """The classifier over the types of a catalogue."""
    return Classifier(catalogue.types)
