"""Files that other tools read: the suffix chooses the format."""

from neurograph._files import checked_place, write_files
from neurograph.formats.files import checked_path, read, read_table, write
from neurograph.formats.registry import FORMATS, READERS

__all__ = ["FORMATS", "READERS", "checked_path", "checked_place", "read", "read_table", "write", "write_files"]
