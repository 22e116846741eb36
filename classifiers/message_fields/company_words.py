"""How companies and public bodies are named, and the words around a name that are none of it."""

from __future__ import annotations

import re

from app.documents.folding import words_of

LEGAL_FORM = re.compile(
    r"(?<![\w.])(?:GmbH(?: & Co\.? (?:KG(?:aA)?|OHG))?|gGmbH|mbH|AG(?: & Co\.? KG(?:aA)?)?|SE(?: & Co\.? KG(?:aA)?)?"
    r"|KGaA|KG|OHG|oHG|e\. ?K\.|e\. ?V\.|eG|UG(?: \(haftungsbeschränkt\))?|a\. ?G\.|VVaG"
    r"|Pty\.? Ltd\.?|Pte\.? Ltd\.?|Sdn\.? Bhd\.?|Co\.,? Ltd\.?|Ltd\.?|Limited|PLC|plc|LLP|LLC|L\.L\.C\.|LP|Inc\.?"
    r"|inc\.|Incorporated|Corp\.?|Corporation|DAC|CLG|CIC|PBC|N\.A\."
    r"|S\.?A\.?S\.?U?|SARL|S\.à ?r\.l\.|EURL|SNC|SCOP|SCIC|SCA|S\.A\.(?: de C\.V\.)?|SA(?: de CV)?|S\.? de R\.L\.(?: "
    r"de C\.V\.)?|S\.A\.P\.I\.(?: de C\.V\.)?|S\.L\.U?\.?|S\.A\.U\.?|S\.C\.A?\.?|SLU?|S\. Coop\."
    r"|B\.V\.(?:B\.A\.)?|BV|BVBA|N\.V\.|NV|V\.O\.F\.|VOF|C\.V\.|vzw|VZW|asbl|ASBL|U\.A\."
    r"|S\.p\.A\.|SpA|S\.P\.A\.|S\.r\.l\.s?|Srls?|SRL|S\.R\.L\.|S\.n\.c\.|S\.a\.s\.|S\.c\.a?r\.l\.|Soc\. [Cc]oop\.|scarl"
    r"|Unipessoal,? Lda\.?|Lda\.?|LDA|E\.M\.|E\.P\.E\.|S\.G\.P\.S\.|SGPS|Ltda\.?|EIRELI|ME"
    r"|[Ss]p\. ?z ?o\. ?o\.(?: [Ss]p\. ?k\.)?|[Ss]p\. ?j\.|[Ss]p\. ?k\.|[Ss]\. ?c\.|P\.S\.A\.|ASA|AS|A/S|ApS|AB|Oyj"
    r"|Oy|HB|a\.s\.|s\.r\.o\.|d\.o\.o\.|Kft\.?|Zrt\.?|Nyrt\.?)(?![\w])"
)

INSTITUTION = re.compile(
    r"^(?:port|puerto|porto|hafen|haven|airport|aeroport|aeropuerto|flughafen|theatre|teatro|theater|orchestra"
    r"|kanzlei|clinic|klinik|clinica|museo|musee|landkreis|stadt|stadtwerke|gemeinde|klinikum|universitat|hochschule"
    r"|landeshauptstadt|bezirk|kreis|verband"
    r"|stiftung|genossenschaft|kreisverwaltung|zweckverband|bistum|sparkasse|volksbank|brauhaus"
    r"|city|town|county|university|college|council|borough|district|authority|trust|hospital|hospitals|school|society"
    r"|association|foundation|charity|union|department|ministry|agency|institute|church|museum|hospice"
    r"|mairie|ville|commune|departement|region|metropole|universite|hopital|centre|communaute|syndicat|cooperative"
    r"|societe|groupe|laboratoires|fondation|association|mutuelle|assurances|etablissements|ets|maison|office"
    r"|ayuntamiento|diputacion|universidad|hospital|grupo|fundacion|cooperativa|junta|gobierno|consorcio|ministerio"
    r"|colegio"
    r"|gemeente|waterschap|provincie|universiteit|ziekenhuis|stichting|vereniging|cooperatie|hogeschool|ministerie"
    r"|hoogheemraadschap|veiligheidsregio|woningcorporatie"
    r"|comune|provincia|regione|universita|ospedale|azienda|gruppo|fondazione|consorzio|officine|ente|asl|istituto"
    r"|politecnico|ministero"
    r"|camara|municipio|universidade|fundacao|hospital|grupo|cooperativa|associacao|instituto|santa|agrupamento"
    r"|ministerio|aguas"
    r"|gmina|urzad|miasto|powiat|uniwersytet|szpital|spoldzielnia|fundacja|stowarzyszenie|zaklady|zaklad|instytut"
    r"|politechnika|przedsiebiorstwo|grupa|wojewodztwo|starostwo)$"
)
"""Heads of names that have no legal form."""

CONNECTORS = words_of(
    "of and the for & und y e i de du des d la le les del della delle dei degli di do da dos das van der den het ten "
    "ter te en von zu zur zum am im in an der"
)

CUSTOMER_LABEL = re.compile(
    r"(?:^|[\n\t|]|\. )[ \t]*(?:[-*•–] )?(?:your |the |ihr |ihre |votre |su |uw |vostro |vs\. ?|v/ ?|vosso )?"
    r"(?:customer(?: name)?|client(?: name)?|buyer|purchaser|bill(?:ed)? to|invoice to|sold to|payer|paying company"
    r"|debtor|ordering party|company|from|account name|originator|bill-to"
    r"|kunde|kundin|kundenname|auftraggeber(?:in)?|besteller(?:in)?|rechnungsempfanger|kaufer|debitor|schuldner"
    r"|zahler|firma|zahlungspflichtiger|absender|mandantin|mandant"
    r"|client|acheteur|donneur d'ordre|facture a|payeur|societe|emetteur(?: du statut)?|destinataire|debiteur|raison "
    r"sociale"
    r"|cliente|comprador|pagador|facturar a|facturado a|ordenante|razon social|empresa"
    r"|klant|koper|opdrachtgever|besteller|factuur aan|gefactureerd aan|debiteur|betaler"
    r"|cliente|committente|acquirente|intestato a|intestatario|ordinante|ragione sociale|spett\.?le?|debitore"
    r"|cliente|comprador|faturado a|ordenante|adquirente|entidade|pagador"
    r"|klient|nabywca|kupujacy|zamawiajacy|platnik|odbiorca|zleceniodawca|kontrahent|firma)"
    r"[ ]{0,2}(?:[:.]{1,20}|\t|[ ]{2,30}|\|)[ \t.]{0,20}(?=\S)"
)

NOT_NAMES = words_of(
    "dear hello hi your our the this that please thanks thank regards best kind sincerely yours team accounts "
    "payable finance department purchasing procurement invoice invoices order orders from to subject re fw fwd "
    "billing"
    " customer client supplier buyer vendor mr mrs ms dr prof sir madam head director manager officer note date "
    "total amount status payables treasury shared service centre center desk between heads up urgent reminder draft "
    "question update notice fyi"
    " monday tuesday wednesday thursday friday saturday sunday january february march april may june july august "
    "september october november december"
    " sehr geehrte geehrter guten tag hallo liebe lieber mit freundlichen grussen freundlichem gruss grusse beste "
    "besten ihr ihre ihren ihrer ihrem unser unsere unserer unserem frau herr herrn kunde kundin firma mandantin "
    "mandant lieferant"
    " rechnung rechnungen bestellung auftrag buchhaltung einkauf kreditorenbuchhaltung finanzbuchhaltung abteilung "
    "abt zentraleinkauf kreditoren verwaltung leiter leitung geschaftsleitung geschaftsfuhrer gf"
    " bonjour madame monsieur cordialement votre notre nos vos service comptabilite fournisseurs client facture "
    "commande direction responsable achats"
    " hola estimado estimados saludos cordiales su nuestro departamento contabilidad compras proveedor cliente "
    "factura pedido tesoreria administracion atentamente"
    " geachte beste hallo groet groeten vriendelijke uw onze afdeling administratie crediteuren inkoop leverancier "
    "klant factuur"
    " buongiorno gentile gentili spett spettle spett.le cordiali saluti distinti vostro nostro ufficio contabilita "
    "fornitori acquisti fornitore cliente fattura ordine responsabile"
    " exmos exmo senhores caro cara cumprimentos melhores vossa nossa departamento contabilidade compras fornecedor "
    "cliente fatura encomenda tesouraria boa tarde dia bom"
    " dzien dobry szanowni szanowny panstwo pan pani pozdrawiam powazaniem dzial ksiegowosc zakupow faktura "
    "zamowienie kontrahent"
    "temps zeiten zeit tiempos uren ore horas czas forfait bolsa kontingent ap ar settlement settlements disputes "
    "payable receivable ap ar settlement settlements disputes payable "
    "receivable registered limited sitz entre zwischen tra "
    "fra tussen pomiedzy entwurf abnahme schnittstelle brouillon "
    "borrador concept bozza rascunho szkic achtung wichtig ag hrb hra vat ust"
) - {"ag"}
