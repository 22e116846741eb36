"""What sort of pass-through cost a text is about, in eight languages: rail, hotel, entertainment, alcohol, …"""

from __future__ import annotations

import re

from app.detectors.words.folding import fold

_KINDS = {
    "rail": r"\brails?\b|railway|\btrains?\b|\bbahn\w*|\bzug(?:fahrt|ticket|reise)?\w*|\bice\b|\bice-|\btgv\b|"
    r"\bsncf\b|eurostar|ferroviair\w*|\btren(?:es)?\b|"
    r"\bave\b|\btreno\b|\btreni\b|ferrovi\w*|\btrein\w*|\bpociag\w*|\bkolej\w*|\bcomboio\w*|bahncard|railcard",
    "air": r"\bflights?\b|\bair(?:fare|line|plane| travel| ticket)\w*|\bflug\w*|\bfluge\w*|\bvols?\b(?! de)|"
    r"\bavion\b|\bvuelos?\b|\bavion(?:es)?\b|\bvolo\b|\bvoli\b|"
    r"\baereo\b|\bvlucht\w*|\bvlieg\w*|\blot(?:y|nicz\w*|u|ow)\b|\bsamolot\w*|\bvoos?\b|\baviao\b|lufthansa|"
    r"ryanair|easyjet|\bklm\b",
    "taxi": r"\btaxis?\b|\bcabs?\b|\buber\b|\bbolt\b|\btaksowk\w*|ride[- ]?hail\w*|\bvtc\b|chauffeur|limousine",
    "car": r"\bmileage\b|car hire|rental car|\bhire car\b|car rental|\bfuel\b|\bpetrol\b|\btoll\w*|mietwagen|"
    r"kilometer\w*|\bpkw\b|\bbenzin\b|\bmaut\b|"
    r"indemnites? kilometri\w*|location de voiture|voiture de location|\bpeage\w*|carburant|kilometraje|"
    r"coche de alquiler|alquiler de coche|\bpeaje\w*|"
    r"gasolina|noleggio auto|auto a noleggio|autonoleggio|\bpedaggi\w*|benzina|chilometr\w*|huurauto|autohuur|"
    r"kilometervergoeding|brandstof|"
    r"wynajem (?:auta|samochodu)|kilometrow\w*|paliwo|aluguer de (?:carro|viatura)|portagens?|combustivel|"
    r"quilometr\w*",
    "parking": r"\bparking\b|\bpark(?:gebuhr\w*|haus|ticket)\b|stationnement|aparcamiento|estacionamiento|"
    r"parcheggio|\bparkeer\w*|parkowani\w*|estacionamento",
    "hotel": r"\bhotels?\b|\blodging\b|\baccommodations?\b|ubernachtung\w*|unterkunft\w*|hebergement|"
    r"\bnuitees?\b|\balojamiento\b|\balloggio\b|pernottament\w*|"
    r"overnachting\w*|verblijf\w*|\bnocleg\w*|zakwaterowani\w*|\balojamento\b|\bestadia\b|hostel|airbnb|"
    r"\bpension\b",
    "meals": r"\bmeals?\b|\blunch\w*|\bdinners?\b|\bbreakfasts?\b|\bsubsistence\b|per diem|verpflegung\w*|"
    r"\bmittagessen\b|\babendessen\b|\bfruhstuck\b|\bessen\b|"
    r"\brepas\b|\bdejeuners?\b|\bdiners?\b|\bcomidas?\b|\bcenas?\b|\balmuerzos?\b|\bdesayunos?\b|\bdietas\b|"
    r"\bpasti\b|\bpasto\b|\bpranzo\b|\bcen[ae]\b|\bcolazione\b|"
    r"\bmaaltijd\w*|\bontbijt\b|\bavondeten\b|\bdiner\w*|\bposilk\w*|\bobiad\w*|\bkolacj\w*|\bsniadani\w*|"
    r"\brefeic\w*|\balmoco\w*|\bjantar\w*|\brestaurant\w*|\bristorante\b|\brestauracj\w*",
    "entertainment": r"entertain\w*|hospitality|client (?:dinner|lunch|event|drinks|meal|outing)|(?:dinner|"
    r"lunch|drinks|meal|evening|drink) (?:with|for) (?:the )?(?:client|customer|guest)s?\w*|"
    r"customer (?:dinner|lunch|event|drinks|meal|outing)|team (?:event|party|dinner|drinks)|\bparty\b|"
    r"\bconcert\b|theat(?:re|er)|\bgolf\b|\btickets? (?:for|to) (?:the )?(?:match|game|show|opera)|\bgifts?\b|"
    r"bewirtung\w*|\w*bewirtung\b|(?:geschafts|kunden)essen|kundenevent|(?:essen|abendessen|"
    r"mittagessen) mit (?:dem |der |den )?(?:kund\w+|gasten)|unterhaltung|\bgeschenke?\b|"
    r"frais de reception|frais de representation|reception client\w*|(?:repas|diner|dejeuner)s? (?:client|"
    r"d'affaires|avec (?:le|la|les) clients?)\w*|divertissement\w*|\bcadeaux?\b|"
    r"representacion|entretenimiento|atencion\w* a clientes|(?:cena|comida|almuerzo) (?:con (?:el |la |"
    r"los )?client\w+|de negocios|de empresa)|\bregalos?\b|"
    r"rappresentanza|intrattenimento|(?:cen[ae]|pranz[oi]) (?:con (?:il |i )?client\w+|di lavoro|aziendale)|"
    r"\bomaggi\w*|\bregali\b|"
    r"representatie\w*|vermaak|entertainment|(?:klant|zaken|relatie)(?:en)?(?:diner|lunch|etentje)|(?:diner|"
    r"lunch|etentje) met (?:de )?klant\w*|relatiegeschenk\w*|"
    r"reprezentac\w*|rozryw\w*|(?:kolacja|obiad|lunch) (?:z klient\w+|biznesow\w+)|upomin\w*|"
    r"despesas de representacao|representacao|entretenimento|(?:jantar|almoco) (?:com (?:o |os )?client\w+|"
    r"de negocios)|\bbrindes?\b",
    "alcohol": r"\balcohol\w*|\bwines?\b|\bbeers?\b|\bspirits\b|\bchampagne\b|\bcocktails?\b|\bwhisk(?:e)?y\b|"
    r"\bprosecco\b|\bminibar\b|\bmini-bar\b|\bdrinks\b|"
    r"\balkohol\w*|\bwein\w*|\bbier\w*|\bsekt\b|\balcool\w*|\bvins?\b|\bbieres?\b|\bvinos?\b|\bcerveza\w*|"
    r"\bcava\b|\balcol\w*|\bvin[oi]\b|\bbirr[ae]\b|"
    r"\bwijn\w*|\bbier\b|\bsterke drank\b|\bwin[oaem]\b|\bpiw[oa]\w*|\bwodk\w*|\bvinhos?\b|\bcervejas?\b",
    "first_class": r"first[- ]class|1st class|business[- ]class|erste[rn]? klasse|1\. ?klasse|premiere classe|"
    r"1(?:re|ere) classe|classe affaires|primera clase|clase (?:business|preferente)|"
    r"prima classe|classe business|eerste klas\w*|1e klas\w*|businessclass|pierwsz\w+ klas\w+|1\. ?klas\w+|"
    r"klasa biznes|primeira classe|classe executiva",
    "second_class": r"second[- ]class|2nd class|standard class|economy|zweite[rn]? klasse|2\. ?klasse|"
    r"(?:deuxieme|seconde|2(?:e|nde|eme)) classe|classe economique|segunda clase|clase turista|"
    r"seconda classe|classe economica|tweede klas\w*|2e klas\w*|drug\w+ klas\w+|2\. ?klas\w+|klasa ekonomiczna|"
    r"segunda classe|classe economica",
    "software": r"\bsoftware\b|\blicen[cs]es?\b|\blizenz\w*|\blicencias?\b|\blicenz[ae]\b|\blicenties?\b|"
    r"\blicencj\w*|\blicencas?\b|subscription fee",
    "material": r"\bmaterials?\b|\bprinting\b|\bpostage\b|\bcourier\b|\bmaterial(?:kosten|ien)?\b|\bporto\b|"
    r"\bmateriaux?\b|\bmateriales\b|\bmateriali\b|\bmaterialen\b|\bmaterialy\b|\bmateriais\b",
    "travel": r"\btravel\w*|\btrips?\b|\breise\w*|\banreise\w*|\bfahrtkosten|\bfahrt\w*|\bdeplacements?\b|"
    r"\bvoyages?\b|\bviajes?\b|\bdesplazamientos?\b|\bviaggi\w*|\btrasfert\w*|\breis\w*|"
    r"\bpodroz\w*|\bdelegac\w*|\bprzejazd\w*|\bdojazd\w*|\bviagens?\b|\bviagem\b|\bdeslocac\w*",
    "expenses": r"\bexpenses?\b|out[- ]of[- ]pocket|disbursements?|pass[- ]through|\bspesen\b|\bauslagen\b|"
    r"nebenkosten|\bfrais\b|\bdebours\b|\bgastos\b|\bsuplidos\b|\bspese\b|"
    r"\bonkosten\b|\bkosten\b|\bdeclaraties\b|\bwydatk\w*|\bkoszty\b|\bdespesas\b",
}  # fmt: skip
_FOUND = {kind: re.compile(pattern) for kind, pattern in _KINDS.items()}
TRAVEL = frozenset({"rail", "air", "taxi", "car", "parking", "hotel"})
"""What "travel" covers; "expenses" covers everything."""
CLASSES = frozenset({"first_class", "second_class"})
GENERIC = frozenset({"travel", "expenses"})


def kinds_in(text: str) -> dict[str, tuple[int, int]]:
    """The sorts a folded text names, each with the place of its first mention."""
    found = {}
    for kind, pattern in _FOUND.items():
        match = pattern.search(text)
        if match is not None:
            found[kind] = match.span()
    return found


def kinds_of(text: str) -> frozenset[str]:
    return frozenset(kinds_in(fold(text)))
