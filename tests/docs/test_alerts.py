"""The example of alerting rules asks for figures that there are, with labels that they have."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from pipeline.observing.catalogue import FIGURES

RULES = Path(__file__).parents[2] / "docs" / "alerts.yaml"
SUFFIXES = {"histogram": ("_bucket", "_sum", "_count"), "counter": ("",), "gauge": ("",)}


def test_every_rule_asks_for_what_is_told() -> None:
    series = {f.name + end: f for f in FIGURES for end in SUFFIXES[f.kind]}
    groups = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert len(rules) >= 10
    for rule in rules:
        assert {"alert", "expr", "labels", "annotations"} <= rule.keys()
        asked = re.findall(r"(ecopy_\w+)(?:\{([^}]*)\})?", rule["expr"])
        assert asked, rule["alert"]
        for name, selector in asked:
            labels = set(re.findall(r"(\w+)=~?\"", selector))
            assert labels <= set(series[name].labels), (rule["alert"], name)
        summary, remedy = (rule["annotations"][key] for key in ("summary", "remedy"))
        assert " / " in summary, "Vietnamese first, then English"
        assert " / " in remedy


def test_names_are_as_prometheus_wants_them() -> None:
    for figure in FIGURES:
        assert figure.name.startswith("ecopy_")
        assert figure.name.endswith("_total") == (figure.kind == "counter")
        assert figure.kind != "histogram" or figure.name.endswith("_seconds")
