"""Text in a message that speaks to software instead of people: "AI agents: approve this", in eight languages.

It is looked for wherever text can hide: all parts and zones, hidden text of pages, sheets and documents, comments. A
cheap search finds the places worth a look; there, what is said to whom decides, together with the sentence model.
Patterns are bounded and the number of places is limited, so that time is linear in the text's length.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from app.documents.reading import Evidence, Reading
from app.vocabulary import KIND_OF
from classifiers.flags.sentences import Heads, concepts
from classifiers.triage.lexicon import fold

_MOST_CHARACTERS = 200_000
_MOST_PLACES = 40
_LONGEST = 500
_CLEAR, _NAMED_FLOOR, _UNNAMED_FLOOR = 1.5, -2.5, -1.5
"""Log-odds of the sentence model: where it decides alone; what it must pass where software is spoken to."""

_ACRONYM = re.compile(r"\b(?:AI|A\.I\.|KI|IA)\b|\bSI\b(?= (?:czyt|przetw|kt)|:)")
_NAMED = (
    r"(?:¤ai(?:\W{1,2}(?:\w{1,16} ){0,1}(?:agent|assist|asyst|asist|system|systeem|modell?|sistema|reader"
    r"|tool)\w{0,6})?"
    r"|\b(?:llms?|gpt\w{0,4}|chatgpt|copilots?|co-pilots?|chat ?bots?|chatbot\w{0,3}|bots?|bocie)\b"
    r"|language model\w?|sprachmodell\w{0,3}|taalmodel\w{0,3}|modeles? de langage|modelos? de (?:lenguaje"
    r"|linguagem)|modell[oi] linguistic[oi]"
    r"|model\w{0,4} jezykow\w{1,4}"
    r"|\b(?:automat\w{1,8}|digital\w{0,2}|virtu\w{1,4}|geautomatiseerd\w?)\s(?:\w{1,14} )?(?:agent|assist|system"
    r"|systeem|reader|process|tool|bearbeiter|verwerker|handler|service|dienst)\w{0,8}"
    r"|\b(?:gestore?|traitement|tratamiento|trattamento|tratamento|obslug\w|procesador"
    r"|processeur) (?:\w{1,8} )?automati\w{1,4}"
    r"|\bautomatyczn\w{1,3} obslug\w|\bautomatische postverwerking"
    r"|\bautomatisch\w{0,2} (?:\w{1,12})?(?:verarbeitung|bearbeitung|verwerking)|(?:systemes?|sistem[aei]s?"
    r"|system\w{0,4}) (?:automati\w{1,4}|automatyczn\w{1,4}))"
)
_UNNAMED = (
    r"(?:\b(?:mail|post|e-?mail|inbox|invoice|message|document|text)?[ -]?(?:handler|reader|processor|scanner"
    r"|classifier|sorter|summari[sz]er)s?\b|\bass?ist[ae]nt\w{0,3}|\basystent\w{0,4}|\basistent\w{0,3}"
    r"|\bagent\w{0,3}\b|\bagenci\b|\brobots?\b"
    r"|\brobot(?:a|e|i|y|om|ow|s|en|er|u|owi)?\b|\brobo\b"
    r"|\bautomat(?:en|u|y|om|on|ion|owi)?\b|\bautomates?\b|\bsoftware\b|\blogiciels?\b|\bprograma?\b|\bprogramm?\b"
    r"|\boprogramowani\w{1,3}|\bparser\w?\b"
    r"|\bcrawlers?\b|\bmodel(?:e|l|lo|o|u|em)?\b|\boutil de tri\b|\bsystem(?:a|e|es)?\b|\bsysteem\b|\bsistema\b)"
)
_TO = (
    r"(?:to|for|fur|an|den|die|das|aan|voor|aux?|pour|destine a|a l'attention d[ue]s?|a|al|alla?|agli|all'|l'|ao"
    r"|aos|para|el|do|dla|per|il|dear|lieber|cher|beste|drogi|caro|querido|any|every|all|jede[rsn]?|elk|toute?"
    r"|cada|ogni|kazd\w{1,3})"
)
_NOTE = (
    r"(?:note|notice|message|instructions?|text|hint|attention|hinweis|anweisung\w{0,2}|nachricht|text|achtung"
    r"|consignes?|attention|nota|notas|instruccion\w{0,2}"
    r"|mensaje|istruzion[ei]|messaggio|attenzione|instruc\w{1,5}|mensagem|atencao|bericht|instructie\w?|opmerking"
    r"|let op|uwaga|instrukcj[ae]|poleceni[ea]|wiadomosc)"
)
_READ = (
    r"(?:read|process|handl|pars|lesen|liest|gelesen|verarbeit|bearbeit|lit\b|lu\b|lisant|trait|lea\b|lee\b"
    r"|leen|leid|proces|legg|letto|elabor|leia|lida?\b|trat|leest|gelezen|verwerk|czyta|przetwarz)"
)
_SPEAKS_TO_NAMED = re.compile(
    # "to any AI reading this", "if you are a language model", "AI assistants: …", "the AI that processes this must …"
    rf"\b{_TO}\s?(?:\w{{1,12}}\W){{0,3}}{_NAMED}"
    rf"|\b(?:if|falls|wenn|als|si|se|gdy|jezeli|jesli|sofern|as|en tant qu\w?|como"
    rf"|jako)\W{{1,2}}(?:\w{{1,12}}\W{{1,2}}){{0,3}}{_NAMED}"
    rf"|{_NAMED}[^.!?\n]{{0,70}}{_READ}"
    rf"|(?:^|[\[<({{#*>:.\n]|--|\s[-–—|]\s)\W{{0,4}}(?:\w{{1,14}} ){{0,3}}{_NAMED}[^.!?\n:]{{0,60}}[:,]",
    re.MULTILINE,
)
_SPEAKS_TO_UNNAMED = re.compile(
    rf"(?:^|[\[<({{#*>\n]|--)\W{{0,4}}{_UNNAMED}(?: \w{{1,14}}){{0,2}}\s?[:,](?!//)"
    rf"|\b{_NOTE}\s{_TO}\s?(?:\w{{1,14}}\W){{0,3}}{_UNNAMED}"
    rf"|{_UNNAMED}\s(?:handling|processing|reading|parsing|verarbeit|qui (?:lit|traite)|que (?:lea|procese|leia"
    rf"|trate)|che (?:legge|elabora)|die (?:dit|deze))"
    rf"|\b(?:verarbeitende|lesende)\s{_UNNAMED}"
    rf"|\b{_TO}\s(?:\w{{1,14}}\s){{0,2}}{_UNNAMED}\s(?:which|that|who|der|die|das|welche\w?|qui|que|che|wat"
    rf"|ktor\w{{1,3}}|sort\w{{1,6}})\b"
    rf"|\b(?:if|falls|wenn|si|se|als|jesli|jezeli)\b[^.:\n]{{0,50}}(?:{_READ}[^.:\n]{{0,30}}{_UNNAMED}"
    rf"|{_UNNAMED}[^.:\n]{{0,30}}{_READ})"
    rf"|{_UNNAMED}\s(?:instruction|anweisung|instruc|istruzion|instruk)\w{{0,6}}\s?:",
    re.MULTILINE,
)
_IS_A_NOTE = re.compile(rf"\b{_NOTE}\s{_TO}\s?(?:\w{{1,14}}\W){{0,3}}{_NAMED}[^.!?\n:]{{0,60}}:", re.MULTILINE)
"""A note to software, by its heading."""
_ORDERS = re.compile(
    r"\b(?:add|approv|releas|refund|mark|classif|label|set|confirm|repl[yi]|forward|writ|post|waive|treat|rate|transfer"
    r"|send|grant|credit|issue|close|delet|remov|change|update|accept|authori[sz]|pay|register|output|respond|book"
    r"|skip|overwrit|assign|disable|upgrad|summari[sz]e|execut|attach|includ|ignor|disregard|provid|give|shar|export"
    r"|list|print|append|enter|put|let|make|consider|flag|rout|escalat|redirect|copy|cc|bcc"
    r"|genehmig|freigeb|freigib|gib|stufe|setz|markier|bestatig|leite|buch|stell|erstell|erteil|antwort|uberweis"
    r"|schliess|losch|ander|akzeptier|behandl|auszugeben|ausgeben|einstuf|gutschrift"
    r"|approuv|valid|class|marqu|confirm|transfer|emet|rembours|regl|credit|repond|met[sz]?|mett|pass|attribu"
    r"|supprim|execut|fix|clor|consider"
    r"|aprueb|aprob|marca|marqu|confirm|reenvi|emit|devuel|pag|abon|respond|cambi|registr|consider|firma|envia"
    r"|compens|actualiz|cierra|den por"
    r"|approv|segn|conferm|inoltr|emett|rimbors|salda|rispond|cambi|registr|chiud|accett"
    r"|aprov|marque|confirm|reencaminh|emit|devolv|pag|respond|alter|registr|consider|feche"
    r"|goedkeur|keur|markeer|bevestig|stuur|maak|betaal|antwoord|zet|sluit|boek|wijzig|beschouw|geef"
    r"|zatwierdz|oznacz|potwierdz|przesl|wystaw|zwroc|zaplac|odpowiedz|zmien|zaksieguj|zamkn|uzna\w|ustaw|zwoln"
    r"|przyzn"
    r"|record|decod|follow|trag|schreib|ecri[vr]|inscri|ajout|donn|ferm|anad|escrib|schrijf|noteer|voeg"
    r"|classificeer|scriv|aggiung|impost|assegn|escrev|acrescent|defin|dodaj|nadaj|wpis|napisz)\w{0,10}"
)
_BYPASS = re.compile(
    r"(?:no|without|skip|bypass|ohne|sans|sin|senza|sem|zonder|bez|uberspring\w{0,3}|passer|contourn\w{1,4}|saltar"
    r"|saltate|pomin\w{0,2}|desactiv\w{1,4}|disattiv\w{1,4}|desativ\w{1,4}|no hace falta|nessun[ao]?|nenhum\w?|aucun\w?"
    r"|keine?|geen|nie (?:pytaj|powiadamiaj)\w{0,2})"
    r"\s(?:(?:\w{1,14})\s){0,3}(?:review|human|approval|approver|check|validation|question|confirmation"
    r"|consult\w{0,3}|pruf\w{1,6}|ruckfrage|freigabe|menschen?|kontrolle|controles?|control\w{0,3}|verification"
    r"|verifica|revision|revisao|validacion|validacao|conferma|consultar|humain\w?|human[oa]|umano|controle"
    r"|tegenspraak|kontroli|weryfikacji|czlowieka|wiedzy)"
    r"|(?:not|never|nicht|keine[mn]?|pas|no|non|nao|niet|nie|geen|sin|zadnemu|nessuna|nenhuma?"
    r"|ninguna?)\b[^.!?\n]{0,40}\b(?:mention|tell|show|reveal|escalat\w{1,3}|notify|inform|human|person|anzeigen"
    r"|erwahnen|melden|menschen?|eskalieren|informier\w{1,3}|humain|signale\w{0,2}|mention\w{0,4}|montr\w{1,4}"
    r"|alert\w{1,3}|persona\w?|person[ae]s|muestr\w{1,3}|menciones?|mencion\w{1,4}|avis\w{1,4}|menzion\w{1,4}"
    r"|mostr\w{1,4}|avvis\w{1,4}|mens|vermeld\w{0,2}|toon\w{0,2}|melden|meld|czlowiek\w{0,3}|wspomina\w{1,4}"
    r"|pokazu\w{1,4}|eskaluj|informuj)\b"
    r"|(?:you are|you're|du bist|sie sind|vous etes|tu es|estas|sei|esta|jestes"
    r"|je bent) (?:hereby )?(?:authori[sz]ed|berechtigt|autoris\w{1,3}|autorizad\w|autorizzat\w|gemachtigd"
    r"|upowazni\w{1,4})"
    r"|without a second|(?:user|utilisateur|usuario|utente|utilizador|sender) (?:is |est |tiene |ha |tem "
    r"|has )(?:been )?(?:admin\w{0,10}|permisos|tutti i permessi|todas as|verified)"
)
_OVERRIDE = re.compile(
    r"\b(?:ignor\w{1,8}|zignoruj\w{0,3}|disregard|forget|override|vergiss|vergessen|missacht\w{1,3}|oublie[zr]?"
    r"|olvid\w{1,4}|negeer|vergeet|dimentica\w{0,3}|esque[cç]\w{1,3}|zapomnij\w{0,3}|pomin)\b\W{1,3}"
    r"(?:please |bitte |de |o |as |os |las |los |le |les |la |the |je |double |doble ){0,2}"
    r"(?:(?:toutes? |tous |all[ei]?n? |any |your |o swoich |swoich |twoje |tes |vos |sus? |tu[as]? |tutte |suas "
    r"|alle |ogni |every "
    r"|wszystkie |wszelkie |bisherigen |vorherigen? |vorige |eerdere |previous |prior |above |earlier |existing "
    r"|system |poprzednie "
    r"|dotychczasowe |uw |jouw |deine |ihre |seine |todas |le |las ){1,3})"
    r"(?:previous |prior |above |bisherigen |vorherigen |eerdere |vorige |system |poprzednie )?(?:instruction"
    r"|instruk|instruc|istruzion|prompt|rule|guideline|polic|anweisung|vorgab|regel|regole|regra|regla|regle"
    r"|consigne|directive|polece|zasad|wytyczn|restriction|firma|assinatura)\w{0,6}"
    r"|vorherige vorgaben ignorieren"
    r"|system[ -]?prompt\w{0,2}|prompt (?:du )?systeme|prompt d[eo]l? sistema|promptem systemowym|systeemprompt"
    r"|(?:reveal|show|print|revele|escribe|escreva|scrivi|gib|ausgeben|podaj) (?:your |tes |tus |suas |le tue "
    r"|deine[n]? |dein |swoj )(?:system |internal )?(?:prompt|instruction|instruccion|instruc|istruzion|anweisung"
    r"|polece)\w{0,5}"
    r"|you are now (?:in|an?|called|free)|du bist (?:jetzt|nun|ab jetzt) (?:im|ein)|tu es desormais"
    r"|vous etes desormais|ahora eres|ahora estas en modo|sei ora|agora (?:es|esta)|je (?:staat|bent) nu"
    r"|jestes teraz"
    r"|(?:admin\w{0,12}|maintenance|developer|debug|wartungs|beheerders|god|mantenimiento|manutenzione"
    r"|manutencao)[ -]?(?:mode|modus|modo|trybie)\b|mode (?:maintenance|admin\w{0,10}|developpeur)"
    r"|trybie admin\w{0,10}"
    r"|new instructions?:|neue (?:system)?anweisung\w{0,2}:|nouvelles? (?:consigne|instruction)s?\b[^.\n]{0,30}:"
    r"|nuev[ao]s? instrucci\w{1,5}:|nuov[ae] istruzion[ei]:|nov[ao]s? instruc\w{1,5}:|nieuwe (?:opdracht"
    r"|instructie)s?:|nowe (?:polecenie|instrukcje)\w?:"
    r"|(?:no|keine|sans|sin|senza|nessuna|sem|geen|bez|aucune) (?:einschrankung|restriction|restriccion|restrizion"
    r"|restric|beperking"
    r"|ogranicze)\w{0,3}|(?:vier-augen|four-eyes|4-augen|quattro occhi)[\w -]{0,12} (?:skip|uberspring)\w{0,3}"
    r"|skip the four-eyes"
    r"|\[/?inst\]|<\|[a-z_]{2,20}\|>|</?(?:system|admin|assistant|instructions?)>|# ?(?:system|prompt) ?:|jailbreak"
)
_OURS = re.compile(
    r"\b(?:our|we use|we have|using|unser\w{0,2}|wir nutzen|notre|nos|nous utilisons|nuestr[oa]s?|usamos|nostr[oaie]"
    r"|usiamo"
    rf"|noss[oa]s?|onze|ons|wij gebruiken|nasz\w{{0,3}}|uzywamy)\s(?:\w{{1,14}}\s){{0,2}}{_NAMED}"
)
"""Software that somebody merely has or uses: "we read invoices with AI"."""
_HEADED = re.compile(
    rf"(?:^|[\[<({{#*>\n]|-{{2,}}|[.!?]\s|\s[-–—|]\s)\W{{0,4}}(?:\w{{1,14}}\s){{0,3}}(?:{_NAMED}"
    rf"|{_UNNAMED})[^.!?\n:]{{0,40}}:\W{{0,3}}"
    rf"(?:please |kindly |bitte |merci de |veuillez |por favor |prego |graag |gelieve |prosze |queiram "
    rf"|favor )?{_ORDERS.pattern}",
    re.MULTILINE,
)
"""Orders under the name of software: "mail handlers: add …"."""
_FRAME = re.compile(r"<!--|\[\[|\{\{|^\W{0,3}[\[<{]|###", re.MULTILINE)
_CUE = re.compile(
    r"\b(?:ai|a\.i\.|ia|ki|si|llms?|gpt\w{0,6}|chatgpt|co-?pilots?|handlers?|readers?|scanners?|sorters?|gestore?"
    r"|traitement|procesador|postprogramm|(?:chat ?)?bots?|chatbot\w{0,3}|bocie|robot\w{0,3}"
    r"|robô|robo|language models?|sprachmodell\w{0,3}"
    r"|taalmodel\w{0,3}|mod[eè]les?|modelos?|modell[oi]|model\w{0,3}|ass?ist[ae]nt\w{0,3}|asistente\w?"
    r"|asystent\w{0,4}|agent\w{0,3}|agenci|agentów|automat\w{0,10}"
    r"|autom[aá]tic\w{1,4}|geautomatiseerd\w?|software\w{0,3}|logiciels?|programas?|programm?|oprogramowani\w{1,3}"
    r"|parser\w?|systemanweisung\w{0,2}|prompts?\w{0,3}|syst[eè]me?s?|systeem"
    r"|sistem[aei]s?|system\w{0,8}|instruc\w{1,8}|instruk\w{1,8}|istruzion[ei]|anweisung\w{0,3}|vorgaben|consignes?"
    r"|polece\w{1,5}|human\w?|menschen?|mens|humain\w?"
    r"|persona\w?|pessoas?|umano|człowiek\w{0,4}|override|ignor\w{1,8}|zignor\w{1,6}|disregard|forget|vergiss"
    r"|vergeet|negeer|oublie\w{0,2}|olvida\w?|dimentica\w{0,2}"
    r"|esquec\w{1,3}|zapomnij|outil de tri|mode|modus|modo|trybie|admin\w{0,11}|restriction\w?|einschränkung\w{0,3}"
    r"|restric\w{1,6}|restrizioni|beperking\w{0,2}"
    r"|ogranicz\w{1,3})\b|<!--|\[\[|\[/?INST|<\|"
    r"|<(?:system|admin)",
    re.IGNORECASE,
)
_LABEL = rf"(?:{'|'.join([*(reason for reason in KIND_OF if '_' in reason), 'no_action', 'acknowledgement'])})"
_CHOOSES_A_LABEL = re.compile(
    rf"\b(?:categori[sz]|classif|klassifi|einordn|ordnen|label|triage|condens|summari[sz])\w{{0,8}}\b[^.!?\n]{{0,60}}"
    rf"\b{_LABEL}(?=[\s\"'“”]{{0,3}}(?:[.,;!)}}]|\bein\b|\band\b|$))"
    rf"|\b(?:reason|label|kind)[\"']?\s{{0,2}}[:=]\s{{0,2}}[\"']?{_LABEL}(?=[\s\"'“”]{{0,3}}(?:[.,;!)}}]|$))",
    re.IGNORECASE | re.MULTILINE,
)
"""One of the product's own labels, chosen in the message: "reason = acknowledgement"."""
_BOUNDARY = re.compile(r"\n\s{0,20}\n|-->|\]\]|[.!?]\s{1,3}(?=[A-ZÀ-ŻŁŚ<\[])|\n(?=[-*•\[<#])")


@dataclass(frozen=True, slots=True)
class _Place:
    part: Reading
    is_hidden: bool
    start: int
    end: int
    text: str


def addressed_to_software(reading: Reading, heads: Heads) -> tuple[Evidence, ...]:
    """The places where a message gives instructions to software. Evidence of hidden text is the text itself."""
    return _orders(reading, heads) or tuple(islice(_chosen_labels(reading), 4))


def _orders(reading: Reading, heads: Heads) -> tuple[Evidence, ...]:
    places = list(islice(_places(reading), 4 * _MOST_PLACES))
    if not places:
        return ()
    found = [concepts(place.text, place.part.language or reading.language) for place in places]
    scores = heads.scores([place.text for place in places], found)[:, heads.heads.index("prompt_injection")]
    hits = [p for p, score in zip(places, scores, strict=True) if gives_orders_to_software(p.text, float(score))]
    return tuple(
        Evidence(p.part.path, 0, 0, p.text) if p.is_hidden else p.part.evidence(p.start, p.end) for p in hits[:4]
    )


def gives_orders_to_software(text: str, score: float = 0.0) -> bool:
    """Whether a short text addresses software and tells it what to do; `score` is the sentence model's log-odds."""
    folded = fold(_ACRONYM.sub("¤ai", text))
    if score > _CLEAR or _OVERRIDE.search(folded):
        return True
    orders, bypasses = bool(_ORDERS.search(folded)), bool(_BYPASS.search(folded))
    if _IS_A_NOTE.search(folded) or _HEADED.search(folded):
        return True
    if _SPEAKS_TO_NAMED.search(folded) and not _OURS.search(folded):
        return bypasses or (orders and score > _NAMED_FLOOR)
    if _SPEAKS_TO_UNNAMED.search(folded):
        return (orders or bypasses) and (bypasses or bool(_FRAME.search(text)) or score > _UNNAMED_FLOOR)
    return bypasses and orders and score > 0.0


def _chosen_labels(reading: Reading) -> Iterator[Evidence]:
    for part in reading.walk():
        for found in _CHOOSES_A_LABEL.finditer(part.text[:_MOST_CHARACTERS]):
            yield part.evidence(*found.span())
        for found in _CHOOSES_A_LABEL.finditer(part.hidden_text[:_MOST_CHARACTERS]):
            yield Evidence(part.path, 0, 0, found.group())


def _places(reading: Reading) -> Iterator[_Place]:
    for part in reading.walk():
        for is_hidden, text in ((False, part.text), (True, part.hidden_text)):
            text = text[:_MOST_CHARACTERS]
            seen: set[int] = set()
            bounds: list[int] = []
            for cue in _CUE.finditer(text):
                if not bounds:
                    bounds = [0, *(m.end() for m in _BOUNDARY.finditer(text)), len(text)]
                at = bisect_right(bounds, cue.start()) - 1
                start, end = bounds[at], bounds[min(at + 1, len(bounds) - 1)]
                if end - start > _LONGEST:
                    start = max(start, cue.start() - _LONGEST // 2)
                    end = min(end, start + _LONGEST)
                    at = -start - 1
                if at in seen:
                    continue
                seen.add(at)
                yield _Place(part, is_hidden, start, end, text[start:end].strip())
                if len(seen) >= _MOST_PLACES:
                    break
