"""The table of certificates on a page: each verdict once, its numbers, and nothing that becomes markup."""

import re
from dataclasses import replace
from html import unescape

import numpy as np
import pytest

import neurograph as ng
from neurograph.html.certificates import certificates


@pytest.fixture(scope="module")
def report():
    graph = ng.topologies.complete(2, 3, 1, scale=0.1, seed=0)
    return ng.certify(ng.compile(graph, ng.dynamics.deep(extra_leak=0.5)), np.zeros((1, 2)))


def test_every_certificate_has_a_row_with_its_verdict(report):
    text = certificates(report)
    rows = re.findall(r"<tr><td>(.*?)<small>.*?</td><td class=\"(\w+)\">(\w+)</td>", text)
    assert [name.replace("<wbr>", "") for name, _, _ in rows] == [one.name for one in report]
    assert [verdict for _, _, verdict in rows] == [str(one.verdict) for one in report]
    assert all(kind == verdict.lower() for _, kind, verdict in rows)
    assert report.claim in unescape(text)


def test_what_is_shown_are_the_claims_and_the_numbers(report):
    text = certificates(report)
    proved = report.proved[0]
    assert ", ".join(proved.claims) in text
    assert f"rate {proved.rate:.4g}" in text
    assert f"largest dt {proved.largest_dt:.4g}" in text
    assert sum(one.claims == () for one in report) == text.count("<td>nothing")


def test_no_text_becomes_markup(report):
    first = replace(report.certificates[0], statement="<script>alert(1)</script>")
    text = certificates(replace(report, certificates=(first,)))
    assert "<script" not in text
    assert "&lt;script&gt;" in text
