"""Handouts: a stored plan as a page to print, for the client and for the clinician."""
