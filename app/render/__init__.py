"""Plans and protocols in a shape to read. Pure: a value in, text or bytes out."""
