"""The registry of formats: one of each, by its suffix."""

import pytest

import neurograph as ng
from neurograph.formats import FORMATS
from neurograph.formats.base import Format


def test_every_format_has_its_own_suffix():
    assert len({format.suffix for format in FORMATS.values()}) == len(FORMATS) >= 2


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_format_says_what_messages_and_files_need(suffix):
    format = FORMATS[suffix]
    assert isinstance(format, Format)
    assert format.suffix == suffix == suffix.lower()
    assert format.infixes[0] == ""
    assert "path" in format.opener
    assert type(format).__doc__
    assert ng.formats.FORMATS is FORMATS
