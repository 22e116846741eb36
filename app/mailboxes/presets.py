"""Well-known mail services: what to enter for them, as a suggestion that can be changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_MICROSOFT_TOKENS = "https://login.microsoftonline.com/TENANT/oauth2/v2.0/token"
_GOOGLE_TOKENS = "https://oauth2.googleapis.com/token"


@dataclass(frozen=True, slots=True)
class Preset:
    """A service by name, for which kind of mailbox, and what to enter (keys of `Reached`)."""

    title: str
    kind: str
    entries: Mapping[str, Any]


PRESETS: Mapping[str, Preset] = {
    "microsoft365": Preset(
        "Microsoft 365", "imap",
        {
            "host": "outlook.office365.com", "port": 993, "encryption": "tls", "sign_in": "oauth",
            "oauth": {
                "token_url": _MICROSOFT_TOKENS, "client_id": "", "grant": "client_credentials",
                "scope": "https://outlook.office365.com/.default",
            },
            "outgoing": {"host": "smtp.office365.com", "port": 587, "encryption": "starttls"},
        },
    ),
    "google": Preset(
        "Google Workspace", "imap",
        {
            "host": "imap.gmail.com", "port": 993, "encryption": "tls", "sign_in": "oauth",
            "oauth": {
                "token_url": _GOOGLE_TOKENS, "client_id": "", "grant": "refresh_token",
                "scope": "https://mail.google.com/",
            },
            "trusted_results": "mx.google.com",
            "outgoing": {"host": "smtp.gmail.com", "port": 465, "encryption": "tls"},
        },
    ),
    "graph": Preset(
        "Microsoft Graph", "graph",
        {
            "sign_in": "oauth",
            "oauth": {
                "token_url": _MICROSOFT_TOKENS, "client_id": "", "grant": "client_credentials",
                "scope": "https://graph.microsoft.com/.default",
            },
            "folders": {"inbox": "Inbox"},
        },
    ),
    "gmail": Preset(
        "Gmail API", "gmail",
        {
            "sign_in": "oauth",
            "oauth": {
                "token_url": _GOOGLE_TOKENS, "client_id": "", "grant": "refresh_token",
                "scope": "https://www.googleapis.com/auth/gmail.modify",
            },
            "trusted_results": "mx.google.com",
        },
    ),
}  # fmt: skip
"""By a short name. TENANT stands for the directory's id at Microsoft, and must be replaced."""
