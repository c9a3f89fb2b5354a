"""The shelf: the files of each protocol version, and their only reader."""
