"""How fast the service is: ratios measured in one run, beside what is aimed for. Nothing here can fail."""
