"""What every answer carries, whoever asks and whatever is answered."""

import re

from lxml import html
from werkzeug.test import TestResponse

from app.views.headers import ALWAYS, ATTACHMENT_POLICY

PAGE_POLICY = re.compile(
    r"default-src 'none'; script-src 'self' 'nonce-[\w-]{22}'; style-src 'self'; img-src 'self' data:; "
    r"font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; "
    r"base-uri 'none'; frame-ancestors 'none'"
)


def faults(answer: TestResponse) -> list[str]:
    """What an answer lacks of the protections that it should carry."""
    policy = answer.headers.get("Content-Security-Policy", "")
    wrong = [name for name, value in ALWAYS.items() if answer.headers.get(name) != value]
    if "attachment" in answer.headers.get("Content-Disposition", ""):
        wrong += [] if policy == ATTACHMENT_POLICY or PAGE_POLICY.fullmatch(policy) else [policy]
    elif not PAGE_POLICY.fullmatch(policy):
        wrong.append(policy)
    kept = answer.headers.get("Cache-Control", "")
    return wrong + ([] if kept == "no-store" or answer.request.path.startswith("/static/") else [kept])


def inline(answer: TestResponse) -> list[str]:
    """What the policy of a page would refuse, and scripts without its nonce."""
    if answer.mimetype != "text/html" or not answer.data:
        return []
    tree = html.fromstring(answer.data)
    drawn = re.search(r"'nonce-([\w-]+)'", answer.headers["Content-Security-Policy"])
    bad = tree.xpath("//script[not(@src)]|//style|//*[@style]|//*[starts-with(@href, 'javascript:')]|//base|//iframe")
    bad += [one for one in tree.xpath("//script") if not drawn or one.get("nonce") != drawn[1]]
    return [one.tag for one in bad] + [str(name) for name in tree.xpath("//@*[starts-with(name(), 'on')]")]
