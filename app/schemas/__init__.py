"""Wire shapes: what may be sent and what comes back. Inputs refuse extras; outputs have no defaults."""
