"""Where somebody signs in from, in words that person recognises, without keeping more than is needed."""

from ipaddress import IPv4Address, ip_address

BROWSERS = (
    ("Edg/", "Edge"), ("EdgA/", "Edge"), ("EdgiOS/", "Edge"), ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"), ("FxiOS/", "Firefox"), ("Firefox/", "Firefox"), ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("CrOS", "ChromeOS"),
    ("Macintosh", "Mac"), ("Linux", "Linux"),
)  # fmt: skip
"""Marks in the order in which to look for them: most browsers also claim to be another one."""


def browser_in_words(user_agent: str) -> str:
    """Return « Firefox sur Windows », from the User-Agent header; « Navigateur inconnu » when nothing is known."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "Navigateur inconnu")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    return f"{browser} sur {system}" if system else browser


def shortened_address(address: str | None) -> str:
    """Return the network of an address, not the machine: « 192.0.2.x », « 2001:db8:1::x »; nothing for none."""
    try:
        known = ip_address(address or "")
    except ValueError:
        return ""
    if isinstance(known, IPv4Address):
        return str(known).rpartition(".")[0] + ".x"
    if known.ipv4_mapped:
        return shortened_address(str(known.ipv4_mapped))
    return ":".join(part.lstrip("0") or "0" for part in known.exploded.split(":")[:3]) + "::x"
