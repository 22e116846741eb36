"""Parts of sentences that other stages put together, for `telling`: what may follow, and phrases between.

They are in the catalogue with everything else; `TAILS` are looked for one after the other at the end of a sentence.
"""

from __future__ import annotations

_END = r"(?=$| \(|; |, valid| under order | by \d)"
TAILS: tuple[tuple[str, str], ...] = (
    (r" \((?P<what>[^()]*)\)", " (%(what)s)"),
    (rf" on (?P<references>.+?){_END}", " on %(references)s"),
    (rf" for (?P<references>.+?){_END}", " for %(references)s"),
    (rf" under order (?P<number>.+?){_END}", " under order %(number)s"),
    (r" of (?P<amount>[\d,.]+ ?[A-Z]{0,3})", " of %(amount)s"),
    (r"; the order number given is (?P<number>[^;]+)", "; the order number given is %(number)s"),
    (r"; the order named is (?P<number>[^;]+)", "; the order named is %(number)s"),
    (r", valid from (?P<first>[^,;]+) to (?P<last>[^,;]+)", ", valid from %(first)s to %(last)s"),
    (r", valid until (?P<day>[^,;]+)", ", valid until %(day)s"),
    (r", valid from (?P<day>[^,;]+)", ", valid from %(day)s"),
    (r", about (?P<money>[^;]+)", ", about %(money)s"),
    (r", (?P<what>[\d,.]+ [A-Z]{3}|[^,;]+?)(?=$|, |; | for )", ", %(what)s"),
    (r" by (?P<day>\d[^,;]*)", " by %(day)s"),
)
"""(regular expression, what it says): what may follow the main part of a sentence."""

PHRASES: tuple[str, ...] = (
    *(said for _, said in TAILS),
    "%(count)s hour", "%(count)s hours", "%(count)s days", "%(count)s units", "others", "%(count)s of them",
    "Found on %(day)s.", "approved on %(count)s timesheets", "%(name)s, Hours",
    "1 more person must confirm.", "%(count)s more people must confirm.", "A %(roles)s must confirm.",
    "attached: %(what)s", "not attached: %(what)s",
    "it also concerns %(what)s", "it raises several matters", "part of it was paid", "The sender", "The document",
    "The sender %(address)s", "Our own control", "A mail server", "%(name)s (own staff)",
    "%(count)s dispute was opened from %(start)s to %(end)s%(rest)s; %(open)s still open.",
    "%(count)s disputes were opened from %(start)s to %(end)s%(rest)s; %(open)s still open.",
    "%(count)s dispute was opened from %(start)s to %(end)s%(rest)s; none is open.",
    "%(count)s disputes were opened from %(start)s to %(end)s%(rest)s; none is open.",
    "%(count)s is", "%(count)s are", "%(share)s dated in this time were disputed.",
    "%(count)s dispute ended: %(parts)s.", "%(count)s disputes ended: %(parts)s.",
    "%(count)s led to a credit%(rest)s", "in %(count)s the invoice stood as billed%(rest)s",
    "%(count)s was taken back by the customer%(rest)s", "%(count)s were taken back by the customer%(rest)s",
    "%(part)s of %(whole)s invoices%(rest)s", "%(part)s of %(whole)s disputes%(rest)s",
    "%(count)s dispute", "%(count)s disputes", "%(count)s invoices", "%(count)s day", "%(count)s days",
    "%(now)s from %(first)s to %(last)s, %(before)s in the three months before: no clear change.",
    "%(now)s from %(first)s to %(last)s, %(before)s in the three months before: more than chance explains.",
    "%(now)s from %(first)s to %(last)s, %(before)s in the three months before: fewer than chance explains.",
    "Invoices under contracts of the type “%(name)s”", "Invoices billed as “%(name)s”",
    "Invoices of projects led by %(name)s", "%(name)s for “%(reason)s” (%(times)s times)",
    "%(names)s has %(theirs)s; %(groups)s customers have any.",
    "%(names)s have %(theirs)s; %(groups)s customers have any.",
    "%(name)s: %(count)s disputes, %(outcomes)s", "%(count)s credited", "%(count)s invoice stood",
    "%(count)s taken back", "%(count)s open", "%(name)s: %(share)s invoices disputed", "all: %(share)s",
)  # fmt: skip
"""Sentences and phrases put together from parts elsewhere; `rest`, `on`, `by` and the like may be empty."""
