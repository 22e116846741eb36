"""What was checked of a sender, in words: a sentence for each sign, with the facts in named places."""

from __future__ import annotations

from app.senders.checked import Checked, Sign

HEADLINE_WORDS = {
    "confirmed": "The sender is confirmed.",
    "unconfirmed": "Nothing confirms the sender, and nothing speaks against them.",
    "not_checked": "Whether the mail is signed is still to be checked.",
    "failed": "A check of the sender failed.",
}
SIGN_SENTENCES = {
    "several_senders": "It names several senders: %(addresses)s. Honest mail programs do not.",
    "server_says_no": "The mail server %(server)s says that it does not come from %(domain)s (%(how)s).",
    "broken_signature": "The signature of %(domain)s does not fit: the mail was changed, or is not theirs.",
    "unsigned_this_time": "Mails from %(domain)s have been signed until now; this one is not.",
    "looks_like_us": "%(domain)s looks like our own %(like)s, and is another domain.",
    "looks_like_customer": "%(domain)s looks like %(like)s, the domain of %(customer)s, and is another.",
    "mixed_letters": "%(domain)s mixes letters of several alphabets, as names made to mislead do.",
    "name_shows_another": "The name shows %(shown)s; the mail comes from %(address)s.",
    "name_of_ours": "It bears the name of one of our people, %(name)s, and comes from another address: %(address)s.",
    "answers_to_lookalike": "Answers would go to %(reply_to)s, whose domain only looks like %(like)s.",
    "answers_to_free_mail": "Answers would go to %(reply_to)s at a free mail service, not to %(address)s.",
    "signed": "Signed by %(domain)s; we checked the signature.",
    "confirmed_by_server": "The mail server %(server)s confirms that it comes from %(domain)s (%(how)s).",
    "not_checked": "The signature of %(domain)s could not be checked yet: the name service did not answer.",
    "never_checked": "Whether it is signed could not be checked.",
    "changed_on_way": "Its signature no longer fits, as after mailing lists, forwarding or saving by hand.",
    "key_gone": "Its signature needs a key that %(domain)s no longer publishes, as with old mails.",
    "partly_signed": "Its signature has expired or covers only a part of it: nothing rests on it.",
    "signed_by_another": "Signed by %(by)s, and not by %(domain)s.",
    "not_signed": "It is not signed, as with most small firms.",
    "own_unconfirmed": "It bears our own domain %(domain)s, and nothing confirms that.",
    "no_sender": "It names no sender.",
    "answers_elsewhere": "Answers go to %(reply_to)s, not to the sender.",
    "first_contact": "It is the first mail from %(house)s.",
}


def says(sign: Sign) -> str:
    """The sentence of a sign, in English."""
    return SIGN_SENTENCES[sign.code] % Facts(sign.facts)


class Facts(dict[str, str]):
    """Facts for a sentence; one that was not kept is left empty."""

    def __missing__(self, name: str) -> str:
        return "–"


def as_json(checked: Checked | None) -> dict[str, object] | None:
    """What was checked, as the API writes it."""
    if checked is None:
        return None
    return {
        "verdict": checked.verdict, "house": checked.house,
        "signs": [{"code": s.code, "level": s.level, "says": says(s), "facts": dict(s.facts)} for s in checked.signs],
    }  # fmt: skip
