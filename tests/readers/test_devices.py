"""Browsers and addresses, in words that their user recognises."""

import pytest

from app.readers.devices import browser_in_words, shortened_address

ON_WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (f"{ON_WINDOWS} Gecko/20100101 Firefox/140.0", "Firefox sur Windows"),
        (f"{ON_WINDOWS} AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge sur Windows"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome sur Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari sur iPhone"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1.15", "Safari sur Mac"),
        ("curl/8.0 <script>", "Navigateur inconnu"),
        ("", "Navigateur inconnu"),
    ],
)
def test_a_browser_says_what_it_is(user_agent: str, words: str) -> None:
    assert browser_in_words(user_agent) == words


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.17", "192.0.2.x"),
        ("::ffff:192.0.2.17", "192.0.2.x"),
        ("2001:db8:1:2::17", "2001:db8:1::x"),
        ("::1", "0:0:0::x"),
        ("unknown", ""),
        (None, ""),
    ],
)
def test_the_machine_is_left_out_of_its_address(address: str | None, network: str) -> None:
    assert shortened_address(address) == network
