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
    "several_senders": "It names several senders: {addresses}. Honest mail programs do not.",
    "server_says_no": "The mail server {server} says that it does not come from {domain} ({how}).",
    "broken_signature": "The signature of {domain} does not fit: the mail was changed, or is not theirs.",
    "unsigned_this_time": "Mails from {domain} have been signed until now; this one is not.",
    "looks_like_us": "{domain} looks like our own {like}, and is another domain.",
    "looks_like_customer": "{domain} looks like {like}, the domain of {customer}, and is another.",
    "mixed_letters": "{domain} mixes letters of several alphabets, as names made to mislead do.",
    "name_shows_another": "The name shows {shown}; the mail comes from {address}.",
    "name_of_ours": "It bears the name of one of our people, {name}, and comes from another address: {address}.",
    "answers_to_lookalike": "Answers would go to {reply_to}, whose domain only looks like {like}.",
    "answers_to_free_mail": "Answers would go to {reply_to} at a free mail service, not to {address}.",
    "signed": "Signed by {domain}; we checked the signature.",
    "confirmed_by_server": "The mail server {server} confirms that it comes from {domain} ({how}).",
    "not_checked": "The signature of {domain} could not be checked yet: the name service did not answer.",
    "never_checked": "Whether it is signed could not be checked.",
    "changed_on_way": "Its signature no longer fits, as after mailing lists, forwarding or saving by hand.",
    "key_gone": "Its signature needs a key that {domain} no longer publishes, as with old mails.",
    "partly_signed": (
        "Its signature has expired, covers only a part of it, or is of a kind that we do not verify: nothing rests "
        "on it."
    ),
    "signed_by_another": "Signed by {by}, and not by {domain}.",
    "not_signed": "It is not signed, as with most small firms.",
    "own_unconfirmed": "It bears our own domain {domain}, and nothing confirms that.",
    "no_sender": "It names no sender.",
    "answers_elsewhere": "Answers go to {reply_to}, not to the sender.",
    "first_contact": "It is the first mail from {house}.",
}


def says(sign: Sign) -> str:
    """The sentence of a sign, in English."""
    return SIGN_SENTENCES[sign.code].format_map(Facts(sign.facts))


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
