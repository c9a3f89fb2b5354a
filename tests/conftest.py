"""How hard the random tests try: the same examples on every machine, or many new ones with ``make long``."""

from hypothesis import HealthCheck, settings

# Without a deadline: a busy machine is not a broken promise.
settings.register_profile("default", settings(deadline=None, derandomize=True, max_examples=100, database=None))
settings.register_profile(
    "long",
    settings(deadline=None, max_examples=5_000, print_blob=True, suppress_health_check=[HealthCheck.too_slow]),
)
settings.load_profile("default")
