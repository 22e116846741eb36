"""Imports every table once, so that the metadata is whole."""

import app.assessments.models
import app.audit.models
import app.cases.models
import app.cases.presence
import app.decisions.models
import app.detectors.models
import app.documents.models
import app.letters.models
import app.llm.models
import app.mailboxes.models
import app.mirror.models
import app.narratives.models
import app.notices.models
import app.senders.models
import app.sources.models
import app.suggestions.models
import app.users.models
import app.writebacks.models  # noqa: F401
