"""Files written whole or not at all."""

import os
from pathlib import Path

import pytest

from neurograph._files import write_whole


def test_files_get_their_contents_and_nothing_else_is_left(tmp_path):
    paths = [tmp_path / "a", tmp_path / "b"]
    paths[0].write_bytes(b"before")
    write_whole(paths, [b"one", b"two"])
    assert [path.read_bytes() for path in paths] == [b"one", b"two"]
    assert sorted(tmp_path.iterdir()) == paths


def test_a_link_is_followed(tmp_path):
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_bytes(b"before")
    link.symlink_to(target)
    write_whole([link], [b"after"])
    assert link.is_symlink()
    assert target.read_bytes() == b"after"


def test_what_fails_leaves_every_file_as_it_was(tmp_path, monkeypatch):
    """The second of two cannot be written: the first is not replaced either."""
    first = tmp_path / "first"
    first.write_bytes(b"before")
    with pytest.raises(OSError, match="missing"):
        write_whole([first, tmp_path / "missing" / "second"], [b"after", b"after"])
    assert first.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [first]

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        write_whole([first], [b"after"])
    assert first.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [first]


def test_the_bytes_are_on_the_disk_before_they_take_their_place(tmp_path, monkeypatch):
    order = []
    sync, swap = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda file: order.append("sync") or sync(file))
    monkeypatch.setattr(os, "replace", lambda old, new: order.append(Path(new).name) or swap(old, new))
    write_whole([tmp_path / "a", tmp_path / "b"], [b"1", b"2"])
    assert order == ["sync", "sync", "a", "b"]
