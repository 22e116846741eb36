"""What the trade says around a date, in eight languages (en, de, fr, es, nl, it, pt, pl, in this order)."""

from __future__ import annotations

DATE_WORDS: dict[str, str] = {
    "by": """
        by, before, no later than, not later than, latest, at the latest, until, till, prior to, on or before, deadline, due by, cut off, close of business on, cob, eod,
        bis, bis zum, bis spatestens, spatestens, spatestens bis, spatestens am, bis einschliesslich, vor dem, frist, stichtag, termin, langstens,
        avant le, avant, au plus tard, au plus tard le, d'ici, d'ici le, d'ici au, jusqu'au, sous peine, date limite, pour le, delai,
        antes del, antes de, a mas tardar, a mas tardar el, hasta el, hasta, como maximo el, plazo, fecha limite, limite, para el,
        uiterlijk, uiterlijk op, uiterlijk voor, voor, vóór, tot, tot en met, tot uiterlijk, ten laatste, deadline, termijn, binnen,
        entro, entro il, entro e non oltre, non oltre il, non oltre, prima del, al piu tardi, fino al, termine, scadenza, per il,
        ate, ate ao dia, ate dia, antes de, o mais tardar, no maximo ate, prazo, data limite, impreterivelmente ate, limite,
        do, do dnia, najpozniej, najpozniej do, nie pozniej niz, przed, termin, w terminie do, ostateczny termin
    """,
    "firm": """
        no later than, not later than, at the latest, deadline, on or before, bis spatestens, spatestens, spatestens bis, frist, au plus tard, au plus tard le, date limite, a mas tardar, a mas tardar el, fecha limite,
        uiterlijk, uiterlijk op, uiterlijk voor, tot uiterlijk, ten laatste, entro, entro il, entro e non oltre, non oltre il, o mais tardar, data limite, impreterivelmente ate, najpozniej, najpozniej do, nie pozniej niz
    """,
    "request": """
        please, kindly, need, needs, require*, request*, must, ask, would like, let me have, let us have, send, provide, confirm, reply, respond, answer, return, submit, correct, credit, reissue, resubmit, resend, issue, acknowledge,
        could you, can you, grateful, in our hands, reach us, must be, receive, expect, otherwise, failing, or else, hear from you, give us,
        bitte*, bitten, ersuchen, benotigen, brauchen, erwarten, mitteilen, zusenden, senden, schicken, ubersenden, bestatig*, ruckmeldung, antwort, rucksendung, gutschrift, korrigier*, stellen, vorlegen, nachreichen, hatte, hatten, wollen sie, andernfalls, sonst,
        ansonsten, erbitten, stellungnahme, klarung, zukommen, liegt, vorliegen,
        merci, veuillez, priere, prions, prie, demandons, souhait*, souhaiterions, attendons, attends, confirmer, confirmation, envoyer, transmettre, retourner, repondre, reponse, regulariser, corriger, faire parvenir, il nous faut, il me faut, a defaut, sans reponse, sinon, faute de,
        sans, retour, demande, adresser, accuser,
        rogamos, ruego, ruega, por favor, favor, solicit*, necesit*, agradec*, esperamos, espero, confirm*, envien, enviar, envien, remit*, respuesta, contest*, correg*, emit*, subsan*, de lo contrario, en caso contrario, quedamos, precis*,
        graag, verzoek*, wilt u, willen jullie, kunt u, gelieve, nodig, ontvangen, verwacht*, bevestig*, sturen, toesturen, reageren, reactie, antwoord, corrigeren, crediteren, aanleveren, indienen, zo niet, anders, zonder, vernemen,
        prego, preghiamo, si prega, chiediamo, si chiede, richied*, cortesemente, attendiamo, aspetto, conferm*, inviare, inviarci, trasmettere, risposta, riscontro, corregg*, emettere, restituire, in caso contrario, altrimenti, far pervenire, vogliate, necessit*,
        solicit*, agradec*, pedimos, peco, por favor, queiram, necessit*, aguardamos, aguardo, confirm*, enviar, envio, remet*, responder, resposta, corrig*, emitir, caso contrario, favor, precis*, faca chegar,
        prosze, prosimy, prosba, uprzejmie, potrzebuj*, oczekuj*, czekamy, potwierdz*, przesl*, nadesl*, odpowied*, wyjasnien*, skorygow*, korekt*, wystaw*, dostarcz*, w przeciwnym razie, brak odpowiedzi, odeslac, zwrot
    """,
    "not_ours": """
        valid, validity, expire*, term, period, service period, paid, pay, payment, payments, pay run, dated, invoice of, issued, delivered, received, absent, away, out of office, leave, holiday, closed, signed, posted, sent, approved, meeting,
        workshop, discount, skonto, due, due date, settle, settled, run, warrant run, final invoice, live, retest, ended, ends, extended, open through, effective, budget, quarter, season, close, closes,
        gultig*, laufzeit, leistungszeitraum, leistungsende, zeitraum, bezahl*, zahlung, zahlungslauf, uberwies*, rechnung vom, vom, abwesend, nicht im hause, urlaub, abgenommen, geliefert, falligkeit, fallig, valuta, zum 31, saldo zum, skonto, abgelaufen, ausgelaufen, termin mit,
        verlangert, einschliesslich, von, zahlen, uberweisen, gezahlt,
        valable, validite, periode, paye*, regl*, echeance, virement, facture du, du, date du, absent*, conges, signe*, livre*, recu*, expire*, budget, trimestre, ouverture, jusqu'au, tolere, prolonge*,
        valido, validez, vigencia, periodo, pagad*, pago, pagaremos, vencimiento, vence, fecha de factura, de fecha, ausente, vacaciones, firmad*, recibid*, entregad*, caduc*, temporada, prorrog*,
        geldig*, looptijd, periode, betaald, betaal*, betaling, vervaldatum, factuurdatum, van, afwezig, verlof, vakantie, geleverd, ontvangen op, verlopen, verlengd, seizoen,
        valido, validita, periodo, pagat*, pagament*, bonific*, scadenza fattura, data fattura, del, assente, ferie, firmat*, ricevut*, consegnat*, scadut*, prorog*, valuta,
        valido, validade, periodo, pag*, liquidad*, vencimento, data da fatura, ausente, ferias, assinad*, recebid*, entregue, expir*, cessou, prorrog*,
        wazn*, okres, okresie, zaplac*, platnosc*, przelew*, termin platnosci, z dnia, data faktury, nieobecn*, urlop*, podpisan*, otrzyman*, dostarczon*, wygas*, przedluz*
    """,
    "from": """
        from, with effect from, as of, as from, starting, effective, effective from, valid from, start, start date, starts, commencing, beginning, new address live,
        ab, ab dem, gultig ab, beginn, vertragsbeginn, leistungsbeginn, mit wirkung zum, mit wirkung vom, wirksam ab, start, seit,
        a compter du, a partir du, des le, debut, valable du, periode du, effet au, date d'effet, date de debut,
        desde, desde el, a partir del, a partir de, con efecto, con efectos, inicio, fecha de inicio, valido desde,
        vanaf, met ingang van, per, ingangsdatum, startdatum, geldig vanaf, begin,
        dal, a decorrere dal, a partire dal, decorrenza, inizio, data inizio, valido dal, con effetto dal, dall,
        a partir de, desde, com efeitos a, com inicio em, inicio, data de inicio, valido desde,
        od, od dnia, poczawszy od, z dniem, data rozpoczecia, obowiazuje od, wazne od, poczatek
    """,
    "until": """
        until, through, thru, till, valid until, valid to, valid through, end, end date, ends, expires, expiry, expiry date, expiration, extended to, extended until, open through, end of validity, cancelled with effect from, out to, runs to, up to and including,
        bis, bis zum, gultig bis, ende, vertragsende, leistungsende, endet, lauft bis, verlangert bis, befristet bis, ablauf, ausgelaufen, auf den, verschiebt sich auf, bis einschliesslich, spatestens,
        jusqu'au, valable jusqu'au, fin, fin de validite, date de fin, echeance, expire le, prolonge jusqu'au, prolongee jusqu'au, terme, prend fin le, reporte au, reportee au,
        hasta, hasta el, valido hasta, vence, vencimiento, fin, fecha de fin, fecha fin, prorrogado hasta, vigente hasta, finaliza,
        tot, tot en met, t m, geldig tot, einde, einddatum, verlengd tot, loopt tot, afloop, vervalt,
        fino al, valido fino al, scadenza, fine, data fine, termine, prorogato al, prorogato fino al, scade, validita,
        ate, valido ate, fim, data de fim, termo, termino, prorrogado ate, expira, vigente ate,
        do dnia, wazne do, koniec, data zakonczenia, termin waznosci, przedluzone do, obowiazuje do, wygasa
    """,
    "dated": """
        dated, date, of, order date, po date, issue date, issued, revision date, date of order, date of change, raised on, changed, created on,
        vom, datum, bestelldatum, auftragsdatum, ausgestellt am, anderungsdatum, datum der bestellung, v,
        du, en date du, date, date de commande, date d'emission, emis le, emise le, datee du,
        de fecha, fecha, fecha del pedido, fecha de pedido, fecha de emision, emitido el, del, de,
        d d, datum, orderdatum, besteldatum, van, datum wijziging, opgesteld op,
        del, data, data ordine, in data, emesso il, datato, data dell'ordine,
        de, data, data da encomenda, datada de, emitida em, com data de,
        z dnia, data, data zamowienia, data wystawienia, zlozone dnia, z
    """,
    "order": """
        order, po, purchase order, blanket, call off, bestellung, auftrag, abruf, commande, bon de commande, pedido, orden, order, bestelling, opdracht, afroep, ordine, encomenda, zamowieni*, zlecen*
    """,
    "ended": """
        expired, ran out, ended, lapsed, abgelaufen, ausgelaufen, geendet, beendet, expire, expiree, echu, vencid*, caduc*, verlopen, afgelopen, scadut*, expirou, caducou, terminou, wygas*
    """,
}
