"""One use case a function; speaks neither HTTP nor SQL."""
