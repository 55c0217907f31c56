"""OpenID Connect as ProConnect speaks it: given its settings, knows nothing of the application."""

from app.openid.failures import Declined, ProviderDown, Rejected, TooWeak
from app.openid.provider import Provider, Settings
from app.openid.tokens import Identity

__all__ = ["Declined", "Identity", "Provider", "ProviderDown", "Rejected", "Settings", "TooWeak"]
