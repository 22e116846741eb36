"""The chatter note that says what was done, who decided it, under which rule, and where the case stands."""

from markupsafe import Markup

from .documents import free_name


def note(record, text, mandate, files=()):
    """Post an internal note; nobody outside is told. Files are attached to the record byte for byte."""
    env = record.env
    decided = env._("Decided by %(name)s under rule “%(rule)s”.", name=mandate["decided_by"], rule=mandate["rule"])
    if not mandate["rule"]:
        decided = env._("Decided by %s.", mandate["decided_by"])
    body = Markup("<p>%s</p><p>%s%s</p>") % (text, decided, _case(env, mandate))
    # Odoo scales large pictures down; what a decision rests on stays as it came.
    return record.with_context(image_no_postprocess=True).message_post(
        body=body,
        subtype_xmlid="mail.mt_note",
        attachments=[(free_name(record, file.name), file.content) for file in files],
    )


def paragraphs(value):
    """Plain text as escaped HTML that keeps its line ends."""
    return Markup("<br/>").join((value or "").splitlines())


def changed(label, before, after):
    """ "Label: before → after", escaped."""
    return Markup("%s: %s → %s") % (label, before or "–", after or "–")


def _case(env, mandate):
    if not mandate["case"]:
        return Markup("")
    name = env._("Case %s", mandate["case"])
    if mandate["link"]:
        return Markup(' <a href="%s">%s</a>') % (mandate["link"], name)
    return Markup(" %s") % name
