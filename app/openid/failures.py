"""Why a sign-in through the provider stops. Messages are short words of ours, never a token: they go to the log."""


class ProviderDown(Exception):
    """Nothing usable comes from the provider: unreachable, too slow, or an answer that cannot be read."""


class Rejected(Exception):
    """What came back does not prove anything: forged, replayed, expired, for somebody else."""


class TooWeak(Rejected):
    """The person is proved, but less surely than asked (`acr`)."""


class Declined(Exception):
    """The provider itself says no: the person gave up, or may not use this service."""
