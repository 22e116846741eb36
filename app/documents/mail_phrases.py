"""What mail programs and people write around the matter, in eight languages: quote headers, closings, disclaimers.

Every pattern is matched against one line of bounded length and is linear in it.
"""

from __future__ import annotations

import re

FROM = ("from", "von", "de", "da", "van", "od", "desde", "expéditeur", "remitente", "mittente", "nadawca", "afzender")
SENT = (
    "sent", "date", "gesendet", "datum", "envoyé", "envoyé le", "enviado", "enviado el", "enviada", "enviada em",
    "enviado em", "fecha", "data", "inviato", "verzonden", "wysłano", "wysłane", "sent at", "gesendet am", "date d'envoi",
    "verzonden op", "data wysłania",
)  # fmt: skip
TO = ("to", "an", "à", "a", "para", "aan", "do", "destinataire", "destinatario", "naar")
CC = ("cc", "kopie", "copie", "copia", "dw", "kopia", "cópia", "bcc", "antwort an", "reply-to", "répondre à")
SUBJECT = ("subject", "betreff", "objet", "asunto", "oggetto", "assunto", "onderwerp", "temat", "betr", "sujet")
OTHER = ("importance", "wichtigkeit", "importancia", "belang", "priorità", "attachments", "anlagen", "anhänge", "pièces jointes",
         "datos adjuntos", "bijlagen", "allegati", "anexos", "załączniki", "organisation", "organization", "wichtig", "priority")  # fmt: skip


def _label(words: tuple[str, ...]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


HEADER_LINE = re.compile(
    rf"\**\s?(?:(?P<from>{_label(FROM)})|(?P<sent>{_label(SENT)})|(?P<to>{_label(TO)})|(?P<cc>{_label(CC)})"
    rf"|(?P<subject>{_label(SUBJECT)})|(?P<other>{_label(OTHER)}))\s?\**\s?:\**(?=\s|$|\S)(?P<value>.*)",
    re.I,
)

_ORIGINAL = (
    r"original message|original e-?mail|original appointment|ursprüngliche (?:nachricht|mail|e-mail)|urspr(?:ue|ü)ngliche nachricht"
    r"|originalnachricht|message d[’']origine|message original|courriel original|mensaje original|mensagem original"
    r"|oorspronkelijk(?:e)? (?:bericht|mail|e-mail)|messaggio originale|oryginalna wiadomość|wiadomość oryginalna|original-nachricht"
    r"|reply message|antwort"
)
_FORWARD = (
    r"forwarded (?:message|by|e-?mail)|forward(?:ed)? message|weitergeleitete (?:nachricht|mail|e-mail)|weitergeleitet von"
    r"|message transféré|message réexpédié|transféré par|mensaje reenviado|reenviado por|doorgestuurd bericht|doorgestuurd door"
    r"|messaggio inoltrato|inoltrato da|mensagem (?:encaminhada|reencaminhada)|encaminhado por"
    r"|wiadomość przekazana|przekazana wiadomość|przesłana wiadomość|wiadomość przesłana dalej|przekazane przez|treść przekazanej wiadomości"
    r"|courriel transféré|e-mail transféré"
)
ORIGINAL_MARK = re.compile(rf"\s*[-_=*]{{2,}}[ ]?(?:{_ORIGINAL})\b.{{0,80}}", re.I)
FORWARD_MARK = re.compile(rf"\s*[-_=*]{{2,}}[ ]?(?:{_FORWARD}).{{0,120}}", re.I)
FORWARD_BEGINS = re.compile(
    r"\s*(?:begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-mail)|début du (?:message|courriel) (?:transféré|réexpédié)"
    r"|inicio del mensaje reenviado|begin doorgestuurd bericht|inizio messaggio inoltrato|início da mensagem (?:encaminhada|reencaminhada)"
    r"|początek przekazanej wiadomości|rozpoczęcie przekazanej wiadomości)\s?:?\s*",
    re.I,
)
RULE = re.compile(r"\s*[-_=*—─]{5,}\s*")

# "On … wrote:" and its kin: the verb near the end of the line (or of two or three wrapped lines) and a colon.
ATTRIBUTION_VERB = re.compile(
    r"(?:\bwrote\b|\bschrieb\b|\bhat geschrieben\b|\ba écrit\b|\bescribió\b|\bescribio\b|\bschreef\b|\bha scritto\b|\bescreveu\b"
    r"|\bpisze\b|\bnapisał(?:a|\(a\))?|\bnapisał/a\b|\bécrivait\b|\bsagte\b|\bhet volgende geschreven\b)",
    re.I,
)
ATTRIBUTION_START = re.compile(
    r"(?:on|am|le|el|op|il|em|a|dnia|w dniu|no dia|den|in data|il giorno|il dom|il lun|il mar|il mer|il gio|il ven|il sab)\b"
    r"|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d\d-\d\d|(?:mo|di|mi|do|fr|sa|so|pon|wt|śr|czw|pt|sob|niedz|ma|wo|vr|za|zo|dom|lun|mar|mer|jeu|ven|sam)[.,]",
    re.I,
)
DATE_LIKE = re.compile(r"\d{1,2}[.:/-]\d{1,2}|\b(?:19|20)\d\d\b|@")

FORWARD_PREFIX = re.compile(
    r"(?:\[[^\]]{0,40}\]\s*)*(?:fwd?|wg|tr|rv|i|inoltro|enc|fw|doorst|dv|pd|przek|tf|vs|weitergeleitet|transfert|réf)\s?(?:\[\d+\])?:",
    re.I,
)
REPLY_PREFIX = re.compile(
    r"(?:\[[^\]]{0,40}\]\s*)*(?:re|aw|antw|antwort|sv|r|rép|rif|res|odp|resp|ref|betr)\s?(?:\[\d+\])?:", re.I
)

_STRONG = (
    # en
    r"(?:with )?(?:my |our )?(?:best|kind|kindest|warm|warmest|many|sincere) (?:regards|wishes|thanks)|(?:with )?regards|yours (?:sincerely|faithfully|truly)|sincerely(?: yours)?"
    r"|all the best|many thanks(?: and (?:kind |best )?regards| in advance)?|thanks (?:and|&) (?:kind |best )?regards|respectfully|rgds|br|kr|brgds"
    r"|thanks(?: in advance|,? and (?:best|kind) regards)|thank you(?: in advance| and (?:best|kind) regards)?|cheers|best"
    # de
    r"|mit (?:freundlichen?|besten?|herzlichen?|lieben|vielen|kollegialen|sonnigen|vorzüglichen?) (?:grüßen?|gruessen?|grüssen?|gruß|gruss|empfehlungen)(?: (?:aus|vom) [\w .-]{1,30})?"
    r"|(?:freundliche|beste|herzliche|liebe|viele|schöne|schoene|sonnige|nette|mit freundlichem|mit bestem|freundlichen|besten|lieben|schönen) (?:grüße|gruesse|grüsse|gruß|gruss|grüßen)(?: (?:aus|vom|und|an) [\w .-]{1,30})?"
    r"|grüße|gruesse|grüsse|gruß|gruss|hochachtungsvoll|mfg|lg|vg|bg|mit bestem dank|vielen dank(?: und (?:viele|beste|freundliche|schöne) grüße| im voraus| vorab)?|besten dank(?: im voraus)?|danke(?: und (?:viele |schöne |beste )?gr(?:uß|üße))?|dank im voraus|m\.f\.g\.|schöne grüße|schönes wochenende"
    # fr
    r"|(?:bien |très )?(?:cordialement|amicalement|sincèrement|respectueusement)(?: vôtre)?|bien à (?:vous|toi)|(?:mes |nos |meilleures |sincères |cordiales |avec mes |avec nos |mes sincères |nos meilleures |mes meilleures )*(?:salutations|sentiments)(?: distinguées| cordiales| les meilleures)?"
    r"|(?:je vous prie|nous vous prions|veuillez|recevez|je vous prie de bien vouloir)\b.{0,60}\b(?:salutations|sentiments|expression|considération)\b.{0,60}|cdlt|cdt|bàv|merci(?: d[’']avance| par avance| et (?:bonne journée|bien à vous|cordialement))?|bonne (?:journée|réception|fin de journée|semaine)|belle journée|dans l[’']attente de (?:votre retour|vous lire)|avec mes remerciements|en vous remerciant(?: (?:d[’']avance|par avance))?"
    # es
    r"|(?:un |muchos )?(?:cordial(?:es)? |atentos? |afectuosos? )?saludos?(?: cordial(?:es)?| atentos?| muy cordial)?|(?:muy )?atentamente|cordialmente|reciba (?:un )?(?:cordial |atento )?saludos?(?: cordial)?|le saluda(?: atentamente)?|(?:muchas )?gracias(?: (?:de antemano|por adelantado|y (?:un )?saludos?))?|quedo a la espera|un abrazo|sin otro particular"
    # nl
    r"|(?:met )?(?:vriendelijke|hartelijke|beste|warme) groet(?:en)?|met (?:vriendelijke|hoogachting).{0,20}|groet(?:en|jes)?|hoogachtend|mvg|gr|alvast bedankt|(?:hartelijk )?(?:bedankt|dank)(?: alvast| en groet)?|vriendelijk dank|m\.v\.g\."
    # it
    r"|(?:i miei |i nostri )?(?:cordiali|distinti|migliori|cari|tanti) saluti|cordialmente|(?:un )?(?:cordiale |caro )?saluto|saluti(?: cordiali| distinti)?|(?:molte |mille )?grazie(?: (?:in anticipo|mille|e (?:cordiali )?saluti|ancora))?|buona giornata|buon lavoro|in attesa di (?:un )?(?:vostro|suo|cortese) riscontro.{0,30}"
    # pt
    r"|(?:com os |os |com )?(?:melhores |meus melhores |nossos melhores )?cumprimentos|atenciosamente|(?:muito )?(?:obrigad[oa])(?: (?:desde já|pela atenção|e cumprimentos))?|cordiais (?:saudações|cumprimentos)|saudações(?: cordiais)?|abraços?|att|com (?:estima|consideração)|grat[oa]|sem outro assunto(?: de momento)?"
    # pl
    r"|(?:z|łączę) (?:poważaniem|wyrazami szacunku|pozdrowieniami|uszanowaniem)|(?:serdecznie |serdeczne |łączę )?(?:pozdrawiam|pozdrowienia)(?: serdecznie)?|z góry dziękuję|dziękuję(?: (?:i pozdrawiam|z góry))?|(?:miłego|dobrego) dnia|pozdr|wyrazy szacunku"
)
CLOSING = re.compile(rf"\W{{0,3}}(?:{_STRONG})(?:\s?/\s?(?:{_STRONG}))?(?P<tail>.*)", re.I)

WEAK_CLOSING = re.compile(
    r"\W{0,3}(?:thanks|thank you|cheers|best|danke|vielen dank|besten dank|dank|merci|gracias|muchas gracias|bedankt|dank|hartelijk dank|grazie|obrigad[oa]|dziękuję"
    r"|many thanks|bonne journée|bonne réception|buona giornata|hartelijk bedankt|muito obrigad[oa]|br|kr|att|gr|lg|vg|bg|alvast bedankt|molte grazie|grazie mille)\b",
    re.I,
)
SIGN_OFF_MARK = re.compile(r"\s*(?:--|—|__|-- ?)\s*$")
SENT_FROM = re.compile(
    r"\s*(?:\W{0,3})(?:sent (?:from|via|with|using) (?:my |the )?\S|get outlook for|(?:von|mit) (?:meinem?|unterwegs|mobil|outlook|iphone|android|samsung).{0,60}(?:gesendet|gesandt)"
    r"|gesendet (?:von|mit|über|aus) |diese nachricht wurde von meinem|envoyé (?:de|depuis|à partir de|via|avec) |téléchargez outlook|enviado (?:desde|con|do|de|pelo|a partir)|obtener outlook|obter o outlook"
    r"|verzonden (?:vanaf|met|via|vanuit)|verstuurd (?:vanaf|met|via)|outlook voor|inviato (?:da|dal|con|tramite) |scarica outlook|wysłan[eoay] (?:z|ze|przy|za) |pobierz (?:aplikację )?outlook)",
    re.I,
)
POSTSCRIPT = re.compile(r"\s*(?:p\.?\s?s\.?|n\.?b\.?|p\.d\.|nachtrag|ps\s?:)\s?[:.)-]?\s+\S", re.I)

DISCLAIMER_WORDS = re.compile(
    r"confidential|privileged|intended (?:only |solely )?(?:for|recipient)|intended recipient|unauthori[sz]ed|notify the sender|please delete|received (?:this|it) in error|without liability|virus"
    r"|vertraulich|rechtlich geschützt|irrtümlich|nicht der (?:richtige|beabsichtigte) (?:adressat|empfänger)|vernichten sie|unbefugt|bestimmungsgemäße|informieren sie (?:bitte )?(?:sofort )?den absender"
    r"|confidentiel|destinataire|par erreur|détruire|intégrité|strictement (?:réservé|interdit)|diffusion"
    r"|confidencial|destinatari[oa]|por error|reenvío|prohibid[oa]|elimin(?:e|arlo|elo)|protección de datos|por engano|proibid[ao]"
    r"|vertrouwelijk|uitsluitend bestemd|geadresseerde|ten onrechte|te vernietigen|openbaarmaking|afzender"
    r"|riservat[oae]|destinatari|per errore|vietat[oa]|cancellar|d\.?\s?lgs|gdpr|regolamento ue"
    r"|poufn[eay]|adresat|omyłk|przez pomyłkę|niezwłocznie|zabronione|usunięcie|administrator(?:em)? danych|rodo"
    r"|consider the environment|an die umwelt|pensez à l[’']environnement|medio ambiente|denk aan het milieu|rispetta l[’']ambiente|meio ambiente|środowisko",
    re.I,
)
DISCLAIMER_TITLE = re.compile(
    r"\W{0,4}(?:disclaimer|confidentiality(?: notice)?|legal notice|privacy notice|(?:wichtiger |rechtlicher )?hinweis(?: zum datenschutz)?|vertraulichkeitshinweis|datenschutzhinweis|avertissement|clause de confidentialité|avis de confidentialité"
    r"|aviso (?:legal|de confidencialidad|de confidencialidade)|advertencia|vertrouwelijkheid(?:sverklaring)?|avviso di riservatezza|informativa|klauzula (?:poufności|informacyjna)|zastrzeżenie|please consider the environment|bitte denken sie an|important notice)\b",
    re.I,
)
BANNER = re.compile(
    r"\W{0,6}(?:external(?: e-?mail| sender| message)?\b|caution\b|warning: external|externe (?:e-?mail|nachricht|absender)|achtung: externe|extern:|attention ?: (?:e-?mail|courriel|message) externe|courriel externe|expéditeur externe|correo externo|mensaje externo|let op: externe|mail esterna|messaggio esterno|mensagem externa|wiadomość zewnętrzna|uwaga: wiadomość|diese e-mail (?:kommt|stammt) von (?:einem )?extern|you don'?t often get e-?mail from|sie erhalten nicht (?:häufig|oft) e-mails? von|vous ne recevez pas souvent)",
    re.I,
)
BANNER_MATTER = re.compile(
    r"outside|external|do not click|links?\b|extern|außerhalb|anhänge|l[’']extérieur|liens|fuera|enlaces|buiten|esterno|allegati|externa|fora da|zewnątrz|linki|learn why|unless you (?:recogni[sz]e|know)|vorsicht|important",
    re.I,
)
