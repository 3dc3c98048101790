"""A type file as people write it becomes a definition, or problems that name line, key and what to write instead."""

from __future__ import annotations

import difflib
import re
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from extraction.definitions import TypeDefinition
from models.text import Language, nfc

M = TypeVar("M", bound=BaseModel)
Path = tuple[int | str, ...]
"""Where in the file: `("fields", 2, "kind")`."""

LARGEST = 1 << 20
"""Bytes; a definition of a form is a hundred times smaller."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in a file, in two languages."""

    line: int
    key: str
    vi: str
    en: str

    def text(self, language: Language) -> str:
        if language == "vi":
            return f"dòng {self.line}, {self.key}: {self.vi}"
        return f"line {self.line}, {self.key}: {self.en}"

    def told(self, language: Language) -> dict[str, str | int]:
        """For machines, in the language of their people."""
        return {"line": self.line, "key": self.key, "message": self.vi if language == "vi" else self.en}


class BadTypeFile(Exception):
    """A file that is no definition. `problems` are all that were found, in the order of the file."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda p: p.line))
        super().__init__("; ".join(p.text("en") for p in self.problems))


def read_type(text: str) -> TypeDefinition:
    """The definition that a YAML text says. Raises BadTypeFile."""
    return read_model(text, TypeDefinition)


def read_model(text: str, model: type[M]) -> M:
    """A value of `model` that a YAML text says. Raises BadTypeFile."""
    if len(text.encode("utf-8", errors="replace")) > LARGEST:
        raise BadTypeFile([Problem(1, "…", f"tệp lớn hơn {LARGEST} byte", f"more than {LARGEST} bytes")])
    try:
        text = nfc(text)
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        _refuse_towers(tree)
        data = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as fault:
        raise BadTypeFile([_not_yaml(fault)]) from fault
    if not isinstance(data, dict) or tree is None:
        what = Problem(
            1, "…", "tệp phải gồm các dòng «khóa: giá trị»", "the file must be lines of “key: value”"
        )
        raise BadTypeFile([what])
    problems = list(_twice(tree))
    try:
        value = model.model_validate(data)
    except ValidationError as fault:
        problems += [_problem(dict(error), tree, model) for error in fault.errors()]
        raise BadTypeFile(problems) from fault
    if problems:
        raise BadTypeFile(problems)
    return value


def line_of(text: str, path: Path) -> int:
    """The line of a place in a file that `read_model` has taken."""
    tree = yaml.compose(nfc(text), Loader=yaml.SafeLoader)
    return _line_of(tree, path) if tree is not None else 1


_MOST_NODES = 20_000


def _refuse_towers(tree: yaml.Node | None) -> None:
    """Anchors that repeat anchors make a small file huge: nodes are counted as often as they are used."""
    waiting, seen = [tree], 0
    while waiting:
        node = waiting.pop()
        seen += 1
        if seen > _MOST_NODES:
            raise ValueError("too many values, counting repetitions of anchors")
        if isinstance(node, yaml.SequenceNode):
            waiting.extend(node.value)
        elif isinstance(node, yaml.MappingNode):
            waiting.extend(part for pair in node.value for part in pair)


def _not_yaml(fault: Exception) -> Problem:
    mark = getattr(fault, "problem_mark", None)
    said = getattr(fault, "problem", None) or str(fault)
    return Problem(
        mark.line + 1 if mark else 1,
        "…",
        f"không đọc được YAML ({said}); giá trị có dấu hai chấm hoặc dấu phẩy phải đặt trong ngoặc kép",
        f"not readable as YAML ({said}); values with colons or commas belong in double quotes",
    )


def _twice(tree: yaml.Node) -> Iterator[Problem]:
    """Keys that stand twice in one mapping: YAML takes the last one without a word."""
    if isinstance(tree, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in tree.value:
            if key.value in seen:
                yield Problem(
                    key.start_mark.line + 1, key.value, "khóa xuất hiện hai lần", "the key stands twice"
                )
            seen.add(key.value)
            yield from _twice(value)
    elif isinstance(tree, yaml.SequenceNode):
        for value in tree.value:
            yield from _twice(value)


def _problem(error: Mapping[str, Any], tree: yaml.Node, model: type[BaseModel]) -> Problem:
    """One of pydantic's errors said to an officer."""
    path: Path = tuple(error["loc"])
    line = _line_of(tree, path)
    key = ".".join(str(part + 1) if isinstance(part, int) else part for part in path) or "…"
    kind, given = str(error["type"]), error.get("input")
    if kind == "extra_forbidden":
        known = _keys_of(path[:-1], model)
        near = _nearest(str(path[-1]), known)
        return Problem(
            line,
            key,
            "không có khóa này"
            + (f"; có phải «{near}»?" if near else f"; các khóa có thể dùng: {', '.join(known)}"),
            "there is no such key"
            + (f"; did you mean “{near}”?" if near else f"; known keys: {', '.join(known)}"),
        )
    if kind == "missing":
        return Problem(line, key, "thiếu khóa bắt buộc này", "this key is required")
    if kind == "literal_error":
        known = re.findall(r"'([^']*)'", str(error["ctx"]["expected"]))
        near = _nearest(str(given), known)
        also_vi, also_en = (
            f"; có phải «{near}»?" if near else ".",
            f"; did you mean “{near}”?" if near else ".",
        )
        return Problem(
            line,
            key,
            f"«{given}» không dùng được{also_vi} Chọn một trong: {', '.join(known)}",
            f"“{given}” can't be used{also_en} Choose one of: {', '.join(known)}",
        )
    return Problem(line, key, *_said(kind, error))


_SAID: dict[str, tuple[str, str]] = {
    "string_type": (
        "phải là chữ; số và ngày đặt trong ngoặc kép",
        "must be text; put numbers and dates in quotes",
    ),
    "tuple_type": ("phải là danh sách: [a, b]", "must be a list: [a, b]"),
    "bool_parsing": ("phải là true hoặc false", "must be true or false"),
    "bool_type": ("phải là true hoặc false", "must be true or false"),
    "int_parsing": ("phải là số nguyên", "must be a whole number"),
    "int_type": ("phải là số nguyên", "must be a whole number"),
    "float_parsing": ("phải là số", "must be a number"),
    "float_type": ("phải là số", "must be a number"),
    "model_type": ("phải gồm các dòng «khóa: giá trị»", "must be lines of “key: value”"),
    "dict_type": ("phải gồm các dòng «khóa: giá trị»", "must be lines of “key: value”"),
    "too_short": ("không được để trống", "must not be empty"),
    "string_pattern_mismatch": (
        "chỉ gồm chữ thường không dấu, chữ số và gạch dưới, bắt đầu bằng chữ",
        "only small letters without marks, digits and underscores, a letter first",
    ),
}


def _said(kind: str, error: Mapping[str, Any]) -> tuple[str, str]:
    if kind in _SAID:
        return _SAID[kind]
    message = str(error["msg"]).removeprefix("Value error, ")
    for start, vi in _OWN.items():
        if message.startswith(start):
            return vi + message[len(start) :], message
    return f"giá trị không hợp lệ ({message})", message


_OWN = {
    "no such field": "không có trường nào tên",
    "no such section": "không có phần (section) nào tên",
    "a field is defined twice": "trường được định nghĩa hai lần",
    "fields and rows of a group have the same names": "tên trường trùng với tên hàng của bảng",
    "the check": "phép kiểm tra",
    "the kind code needs a pattern": "kiểu «code» cần «pattern», kiểu khác thì không",
    "the pattern is no regular expression": "«pattern» không phải biểu thức chính quy",
    "a retired field is not looked for": "trường đã bỏ (retired) không có nhãn và không bắt buộc",
    "the finder again needs": "cách tìm «again» cần khóa «again» nêu trường được lặp lại",
    "a field needs a finder": "trường cần ít nhất một cách tìm (finders)",
    "either years or permanent": "chọn «years» hoặc «permanent»",
    "“unknown” is no type": "«unknown» không phải là loại giấy tờ",
}


def _nearest(word: str, known: list[str]) -> str | None:
    found = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    return found[0] if found else None


def _keys_of(path: Path, model: Any) -> list[str]:
    """The keys that may stand at a place of a file that says a `model`."""
    for part in path:
        if isinstance(part, int):
            continue
        if not (isinstance(model, type) and issubclass(model, BaseModel)) or part not in model.model_fields:
            return []
        model = _model_in(model.model_fields[part].annotation)
    return list(model.model_fields) if isinstance(model, type) and issubclass(model, BaseModel) else []


def _model_in(annotation: Any) -> Any:
    """The model inside `tuple[Model, ...]` or `Model | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if typing.get_origin(annotation) in (tuple, typing.Union, UnionType):
        found = (_model_in(part) for part in typing.get_args(annotation))
        return next((m for m in found if m is not None), None)
    return None


def _line_of(tree: yaml.Node, path: Path) -> int:
    """The line of a place, or of the nearest one around it that is in the file; lines count from 1."""
    node, line = tree, tree.start_mark.line + 1
    for part in path:
        if isinstance(node, yaml.MappingNode):
            pair = next(((k, v) for k, v in node.value if k.value == part), None)
            if pair is None:
                return line
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            return line
    return line
