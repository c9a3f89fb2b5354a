"""HTTP: parse, call one service, shape the reply. Each module is a group of addresses."""
