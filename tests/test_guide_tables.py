"""Pages of the guide on how to choose name everything that there is to choose from."""

import re
from pathlib import Path

import pytest

import neurograph as ng
from neurograph.formats import FORMATS, READERS
from neurograph.learning.rules import ONLINE_RULES, SAMPLED_RULES

GUIDE = Path(__file__).parent.parent / "docs" / "guide"
FAMILIES = {
    "choose_solver": (ng.solvers.SOLVERS,),
    "choose_rule": (ng.rules.RULES, ONLINE_RULES, SAMPLED_RULES),
    "choose_certificate": (ng.certificates.THEOREMS,),
    "choose_pruner": (ng.pruning.PRUNERS, ng.growth.GROWERS),
    "choose_format": (FORMATS, READERS),
}


def rows(page):
    """Return what each table of a page has in its first column, in backquotes or as the words of a link."""
    text = (GUIDE / f"{page}.md").read_text()
    tables = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    return [re.findall(r"^\| (?:\{\w+\})?`([^ `|]+)[^`|]*` \|", table, re.MULTILINE) for table in tables]


@pytest.mark.parametrize("page", FAMILIES)
def test_each_registry_has_a_table_with_a_row_for_each_of_its_members(page):
    tables = [sorted(table) for table in rows(page)]
    for registry in FAMILIES[page]:
        assert sorted(registry) in tables
