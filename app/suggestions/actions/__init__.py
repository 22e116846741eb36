"""The closed list of actions, a module each: when it is proposed, what it reads as before, what it changes, its risk.

Every module has `propose(situation) -> list[Proposal]`, pure: it looks at what was read and what the books say, and
touches nothing. How Odoo writes and undoes each is in the addon, under the same name.
"""
