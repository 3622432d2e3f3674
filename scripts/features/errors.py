"""What a person is told when something is not as it must be."""


class CannotGoOn(Exception):
    """Says in words what is wrong, where, and what was expected; printed without a traceback."""
