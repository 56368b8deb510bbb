"""The files that a path names: places, kinds, suffixes, and bytes without trust."""

import os

import pytest

import neurograph as ng
from neurograph._files import checked_place, write_files
from neurograph.errors import FormatError
from neurograph.formats import FORMATS, read, write
from neurograph.formats.files import checked_path
from tests.formats.graphs import refused, small
from tests.formats.test_conformance import every_format


@every_format
def test_a_pipe_and_a_device_are_refused(suffix, tmp_path):
    pipe, device = tmp_path / f"pipe{suffix}", tmp_path / f"device{suffix}"
    os.mkfifo(pipe)
    device.symlink_to("/dev/zero")
    for path in (pipe, device):
        refused(path, "is no regular file")


def test_an_unknown_suffix_lists_the_known(tmp_path):
    for action in (lambda: write(small(), tmp_path / "a.xyz"), lambda: read(tmp_path / "a.xyz")):
        with pytest.raises(FormatError, match=r"a\.xyz.*'\.xyz'.*") as caught:
            action()
        assert all(format.suffix in str(caught.value) for format in FORMATS.values())


def test_a_place_is_checked_before_long_work(tmp_path):
    assert checked_place(tmp_path / "any.kind") == tmp_path / "any.kind"
    assert checked_path(str(tmp_path / "a.JSON")) == tmp_path / "a.JSON"
    for place, message in ((tmp_path, "it is a folder"), (tmp_path / "none" / "a.json", "there is no folder")):
        with pytest.raises(FormatError, match=message):
            checked_place(place)
    with pytest.raises(FormatError, match=r"'\.xls': expected one of \.json"):
        checked_path(tmp_path / "a.xls")


def test_a_page_is_no_graph_file(tmp_path):
    with pytest.raises(FormatError, match=r"write_page\(graph, path\) to write one"):
        read(tmp_path / "a.html")


def test_of_several_files_none_is_replaced_if_one_cannot_be_written(tmp_path):
    first, second = tmp_path / "a", tmp_path / "none" / "b"
    first.write_bytes(b"old")
    with pytest.raises(FormatError, match="cannot be written"):
        write_files([first, second], [b"new", b"new"])
    assert first.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a"]


def test_every_suffix_stands_in_the_docstring():
    assert all(suffix in (ng.write.__doc__ or "") for suffix in FORMATS)
    assert all(format.name in (ng.write.__doc__ or "") for format in FORMATS.values())
