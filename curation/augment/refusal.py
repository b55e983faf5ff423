"""Why a variant is not made: a reason that can be counted."""


class RefusedError(Exception):
    """A variant that would make no sense; the message is the reason, in few words, the same for the same cause."""
