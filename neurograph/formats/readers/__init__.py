"""Files of other programs that are read but not written, one file a format."""
