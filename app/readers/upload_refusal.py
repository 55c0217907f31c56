"""Why a file is not kept."""


class RefusedFile(Exception):
    """A file that is not kept; the message says why, and what to send instead."""
