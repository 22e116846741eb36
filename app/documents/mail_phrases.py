"""What mail programs write around the matter, in eight languages: quote headers, forward marks, banners, disclaimers.

Every pattern is matched against one line of bounded length and is linear in it.
"""

from __future__ import annotations

import re

_FROM = "from|von|de|da|van|od|desde|expéditeur|remitente|mittente|nadawca|afzender|absender"
_SENT = (
    "sent|date|sent at|gesendet|gesendet am|datum|envoyé|envoyé le|date d'envoi|enviado|enviado el|enviada|enviada em"
    "|enviado em|fecha|data|inviato|inviato il|verzonden|verzonden op|wysłano|wysłane|data wysłania"
)
_TO = "to|an|à|a|para|aan|do|destinataire|destinatario|naar"
_CC = "cc|kopie|copie|copia|dw|kopia|cópia|bcc|antwort an|reply-to|répondre à|responder a"
_SUBJECT = "subject|betreff|objet|asunto|oggetto|assunto|onderwerp|temat|betr|sujet"
_OTHER = (
    "importance|wichtigkeit|importancia|belang|priorità|priority|attachments|anlagen|anhänge|pièces jointes"
    "|datos adjuntos|bijlagen|allegati|anexos|załączniki|organisation|organization|importance"
)


def _label(words: str) -> str:
    return "|".join(re.escape(word) for word in sorted(words.split("|"), key=len, reverse=True))


HEADER_LINE = re.compile(
    rf"[*_]{{0,2}}\s?(?:(?P<from>{_label(_FROM)})|(?P<sent>{_label(_SENT)})|(?P<to>{_label(_TO)})|(?P<cc>{_label(_CC)})"
    rf"|(?P<subject>{_label(_SUBJECT)})|(?P<other>{_label(_OTHER)}))\s?[*_]{{0,2}}\s?:[*_]{{0,2}}(?P<value>.*)",
    re.I,
)
HEADER_KINDS = ("from", "sent", "to", "cc", "subject", "other")

_ORIGINAL = (
    r"original (?:message|e-?mail|appointment|nachricht)|original-?nachricht|urspr(?:ü|ue)ngliche (?:nachricht|e-?mail)"
    r"|message d[’']origine|message original|courriel (?:original|d[’']origine)|mensaje original|mensagem original"
    r"|oorspronkelijke? (?:bericht|e-?mail)|messaggio originale|oryginalna wiadomość|wiadomość oryginalna|reply message"
)
_FORWARD = (
    r"forward(?:ed)? (?:message|by|e-?mail)|weitergeleitete (?:nachricht|e-?mail)|weitergeleitet von"
    r"|(?:message|courriel|e-?mail) (?:transféré|réexpédié)|transféré par|(?:mensaje|correo) reenviado|reenviado por"
    r"|doorgestuurd (?:bericht|door)|messaggio inoltrato|inoltrato da|mensagem (?:re)?encaminhada|encaminhado por"
    r"|wiadomość (?:przekazana|przesłana dalej)|prze(?:kazana|słana) wiadomość|przekazane przez"
    r"|treść przekazanej wiadomości"
)
ORIGINAL_MARK = re.compile(rf"[-_=*]{{2,}}[ ]?(?:{_ORIGINAL})\b.{{0,80}}", re.I)
FORWARD_MARK = re.compile(rf"[-_=*]{{2,}}[ ]?(?:{_FORWARD}).{{0,120}}", re.I)
FORWARD_BEGINS = re.compile(
    r"(?:begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-?mail)|inicio del mensaje reenviado"
    r"|début du (?:message|courriel|e-?mail) (?:transféré|réexpédié)|begin doorgestuurd bericht"
    r"|inizio (?:del )?messaggio inoltrato|início da mensagem (?:re)?encaminhada"
    r"|(?:początek|rozpoczęcie) przekazanej wiadomości)\s?:?",
    re.I,
)
RULE = re.compile(r"[-_=*—─]{5,}")

ATTRIBUTION_VERB = re.compile(
    r"\b(?:wrote|schrieb|geschrieben(?: hat)?|a écrit|escribi[óo]|schreef|het volgende geschreven"
    r"|ha scritto|escreveu|pisze|napisał(?:\(?a\)?|/a)?|écrivait)(?!\w)",
    re.I,
)
ATTRIBUTION_START = re.compile(
    r"(?:on|am|le|el|op|il|em|dnia|w dniu|no dia|den|in data|il giorno|a(?=\s+\d))\b"
    r"|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d\d-\d\d"
    r"|(?:mo|di|mi|do|fr|sa|so|pon|wt|śr|czw|pt|sob|niedz|ma|wo|vr|za|zo|dom|lun|mar|mer|gio|ven|sab|jeu|sam)[.,]",
    re.I,
)
DATE_LIKE = re.compile(r"\d{1,2}[.:/-]\d{1,2}|\b(?:19|20)\d\d\b|@")

FORWARD_PREFIX = re.compile(
    r"(?:\[[^\]]{0,40}\]\s?){0,3}(?:fwd?|wg|tr|rv|i|inoltro|enc|doorst|dv|pd|przek|tf|vs|weitergeleitet|transfert)"
    r"\s?(?:\[\d{1,3}\])?:",
    re.I,
)

SIGN_OFF_MARK = re.compile(r"(?:--|—|__|–)\s?")
SENT_FROM = re.compile(
    r"\W{0,3}(?:sent (?:from|via|with|using) (?:my |the )?\w|get outlook for|outlook (?:for|für|voor|pour|para) "
    r"|(?:von|mit) (?:meinem?|unterwegs|mobil|outlook|iphone|android|samsung).{0,60}gesen?d?e?t"
    r"|gesendet (?:von|mit|über|aus) |diese nachricht wurde von meinem|envoyé (?:de|depuis|à partir de|via|avec) "
    r"|téléchargez outlook|enviado (?:desde|con|do|de|pelo|a partir)|obt(?:ener|er o) outlook"
    r"|ver(?:zonden|stuurd) (?:vanaf|met|via|vanuit)|inviato (?:da|dal|con|tramite) |scarica outlook"
    r"|wysłan[eoay] (?:z|ze|przy|za) |pobierz (?:aplikację )?outlook)",
    re.I,
)
POSTSCRIPT = re.compile(r"(?:p\.?\s?s|n\.?b|p\.d|nachtrag)\b\s?[:.)-]{0,2}\s+\S", re.I)

DISCLAIMER_WORDS = re.compile(
    # en
    r"confidential|privileged|intended (?:only |solely )?(?:for|recipient)|named recipient|unauthori[sz]ed"
    r"|(?:notify|tell) the sender|please delete|received (?:this|it) in error|without liability|virus"
    r"|calls may be recorded"
    # de
    r"|vertraulich|rechtlich geschützt|irrtümlich|nicht der (?:richtige|beabsichtigte) (?:adressat|empfänger)|unbefugt"
    r"|vernichten sie|bestimmungsgemäße|informieren sie (?:bitte )?(?:sofort |umgehend )?den absender"
    # fr
    r"|confidentiel|destinataire|par erreur|détruire|intégrité|strictement (?:réservé|interdit)|diffusion"
    # es, pt
    r"|confidencial|destinatari[oa]|por error|reenvío|prohibid[oa]|elimin(?:e|arlo|elo)|protección de datos|por engano"
    r"|proibid[ao]"
    # nl
    r"|vertrouwelijk|uitsluitend bestemd|geadresseerde|ten onrechte|te vernietigen|openbaarmaking"
    # it
    r"|riservat[oae]|destinatari|per errore|vietat[oa]|cancellar|d\.?\s?lgs|gdpr|regolamento ue"
    # pl
    r"|poufn[eay]|adresat|omyłk|przez pomyłkę|niezwłocznie|zabronione|usunięcie|administrator(?:em)? danych|rodo"
    # all
    r"|(?:consider the|an die|l[’']|rispetta l[’'])\s?(?:environment|umwelt|environnement|ambiente)|medio ambiente"
    r"|aan het milieu|środowisko",
    re.I,
)
DISCLAIMER_TITLE = re.compile(
    r"\W{0,4}(?:disclaimer|confidentiality(?: notice)?|legal notice|privacy notice|important notice"
    r"|(?:wichtiger |rechtlicher )?hinweis(?: zum datenschutz)?|vertraulichkeitshinweis|datenschutzhinweis"
    r"|avertissement|clause de confidentialité|avis de confidentialité|aviso (?:legal|de confidencialida?de?)"
    r"|advertencia|vertrouwelijkheid(?:sverklaring)?|avviso di riservatezza|informativa|zastrzeżenie"
    r"|klauzula (?:poufności|informacyjna)|please consider the environment|bitte denken sie an)\b",
    re.I,
)
BANNER = re.compile(
    r"\W{0,6}(?:external\b|caution\b|warning: external|externe? (?:e-?mail|nachricht|absender)|achtung: externe|extern:"
    r"|attention ?: (?:e-?mail|courriel|message) externe|courriel externe|expéditeur externe|(?:correo|mensaje) externo"
    r"|let op: externe|mail esterna|messaggio esterno|mensagem externa|wiadomość zewnętrzna|uwaga: wiadomość"
    r"|diese e-?mail (?:kommt|stammt) von (?:einem )?extern|you don['’]t often get e-?mail from"
    r"|sie erhalten nicht (?:häufig|oft) e-?mails? von|vous ne recevez pas souvent)",
    re.I,
)
BANNER_MATTER = re.compile(
    r"outside|external|do not click|links?\b|extern|außerhalb|anhänge|l[’']extérieur|liens|fuera|enlaces|buiten|esterno"
    r"|allegati|externa|fora da|zewnątrz|linki|learn why|unless you (?:recogni[sz]e|know)|vorsicht|important",
    re.I,
)
NAME_PARTICLES = frozenset(
    [
        *("de", "da", "do", "dos", "das", "di", "del", "della", "dei", "der", "den", "van", "von", "vom", "zu", "zum"),
        *("la", "le", "les", "du", "des", "el", "y", "e", "und", "and", "et", "i", "of", "the", "für", "for", "&"),
    ]
)
ABBREVIATION = re.compile(
    r"(?:\.\w{1,3}|\b(?:inc|ltd|llc|co|corp|plc|jun|jr|sen|sr|dept|dott|dipl|ing|bv|nv|sp|no|\w))\.$", re.I
)
"""A line that ends so need not be a sentence: "S.A.", "z o.o.", "Inc.", an initial."""
