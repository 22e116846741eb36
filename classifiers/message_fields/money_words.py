"""What the trade says around an amount, in eight languages (en, de, fr, es, nl, it, pt, pl, in this order).

A role's words tell what the amount beside them is. `word*` stands for all words that begin so.
"""

from __future__ import annotations

MONEY_WORDS: dict[str, str] = {
    "contested": """
        dispute, disputed, disputing, in dispute, contest, contested, do not accept, don't accept, not accepted, not accept, cannot accept, can't accept,
        do not agree, don't agree, disagree, object, not recognise, not recognize, do not recognise, don't recognise, at issue, in issue, in question,
        not payable, not due, not owed, unsupported, not approved, not approving, not paying, won't pay, will not pay, not authorised, not authorized,
        challenge, query, queried, wrongly, in error, by mistake, incorrect*, wrong,
        bestreiten, bestritten, strittig*, beanstand*, nicht anerkannt, erkennen wir nicht an, nicht an, akzeptieren wir nicht, nicht akzept*, nicht einverstanden,
        widersprechen, reklamier*, zu unrecht, falschlich, fehlerhaft*, falsch*, nicht berechtigt, unberechtigt*, zahlt mir hier keiner, nicht geschuldet, ungerechtfertigt*,
        contest*, en litige, litigieu*, litige, n'acceptons pas, n'accepte pas, pas d'accord, ne reconnaissons pas, en cause, non du, pas due, n est pas due, n est pas du, a tort, indu*, erron*, injustifi*,
        disputa*, impugn*, no reconoc*, no acept*, no estamos de acuerdo, no conform*, disconform*, controvertid*, en cuestion, indebid*, no procede, erron*, rechazamos, reclam*,
        betwist*, niet akkoord, niet geaccepteerd, accepteren wij niet, ten onrechte, onterecht*, onjuist*, foutief, niet verschuldigd, in geschil, reclam*,
        contest*, non riconosc*, non accett*, non siamo d'accordo, non dovut*, indebit*, errat*, in questione, controvers*, si contesta, addebito,
        contest*, nao reconhec*, nao aceit*, nao concord*, discord*, indevid*, em causa, em litigio, errad*, incorret*, nao e devid*, nao e devida, reclam*,
        kwestion*, nie uznaj*, nie akcept*, nie zgadza*, sporn*, niesluszn*, bledn*, reklam*, nieuzasadnion*, nienalezn*, zakwestion*
    """,
    "difference": """
        difference, variance, discrepancy, delta, gap, shortfall, overage, overrun,
        differenz, differenzbetrag, abweichung*, unterschied, unterschiedsbetrag, mehrbetrag, ubersteigend*,
        ecart, difference, depassement,
        diferencia, desviacion, descuadre,
        verschil, afwijking, prijsverschil,
        differenza, scostamento, eccedenza,
        diferenca, desvio, divergencia,
        roznic*, odchylen*, rozbieznosc*
    """,
    "excess": """
        too much, too high, overcharge*, over charged, overbilled, over billed, overstated, excess, in excess, extra, more than agreed, surplus, over the limit, above the,
        zu viel, zuviel, uberhoht*, zu hoch, mehr als, uberschuss, uberzahl*, zu unseren lasten, mehrberechn*, zu viel berechnet, uberschreit*, uberschritten,
        de trop, en trop, trop percu, trop facture*, surfactur*, excedent, trop paye, trop verse,
        de mas, en exceso, exceso, cobrado de mas, excedente, sobrefactur*,
        te veel, teveel, te hoog, teveel berekend, te veel berekend, meer dan, overschrijd*,
        di troppo, in piu, in eccesso, eccesso, sovrafattur*, maggior importo,
        a mais, em excesso, excesso, excedente, cobrado a mais,
        za duzo, za wysok*, nadwyzk*, nadplat*, zawyzon*, przekrocz*, ponad, na nasza niekorzysc
    """,
    "credit": """
        credit, credit note, credit memo, credit for, credited, crediting, crediting us, to be credited, please credit, credit us, corrected by,
        gutschrift, gutschriften, gutschreiben, gutzuschreiben, gutgeschrieben, schreiben gut, schreibt gut, stornorechnung, zugesagt,
        avoir, un avoir, avoir de, note de credit, crediter, credite,
        abono, abonar, abonen, abonarnos, nota de credito, nota de abono, rectificativa, acreditar,
        creditfactuur, creditnota, crediteren, gecrediteerd, credit, creditering,
        nota di credito, note di credito, accredit*, stornare, storno,
        nota de credito, creditar, creditad*, credito, estorno,
        korekt*, nota kredytow*, nota uznaniow*, uznac, uznani*, fakture korygujac*, faktury korygujac*
    """,
    "deducted": """
        deduct*, withh*, retain*, retention, held back, kept back, keep back, set off, setting off, offset, less, minus, short, short paid, shortpaid, short paying, take off, took off,
        took, docked, reduced by, not sending, take the, holding back, set this amount off, set it off,
        einbehalt*, einbehalten, abgezogen, abzug, abzuglich, gekurzt, kurzung*, kurzen, aufrechn*, verrechn*, weniger, minus, zuruckbehalten, zuruckgehalten, abziehen, gemindert,
        retenu*, retenons, retenir, retenue, dedui*, deduction, moins, defalqu*, minore*, minoration, compens*,
        reten*, descont*, deduc*, deduj*, menos, compens*, minorad*,
        ingehouden, inhouding, inhouden, houden wij, houden we, hielden wij, in mindering, minder, min, verreken*, korting toegepast, gekort, afgetrokken, achtergehouden,
        trattenut*, trattener*, ritenut*, detratt*, decurt*, dedott*, meno, compensa*,
        retid*, reten*, deduz*, deduc*, descont*, menos, abatid*, compens*,
        potrac*, zatrzyma*, pomniejsz*, minus, odlicz*, kompensat*, wstrzyma*
    """,
    "removed": """
        remove*, take out, come off, comes off, cancel*, reverse*, waive*, strike, struck, drop, delete, withdraw*, write off, off please, take it off,
        streichen, gestrichen, stornier*, entfernen, entfallen, erlassen, herausnehmen, ausbuchen, zuruckweis*, weisen zuruck,
        retirer, a retirer, annul*, supprim*, enlever, extourn*, rejet*,
        quit*, retir*, anul*, elimin*, suprim*,
        verwijder*, schrappen, annuler*, laten vervallen, vervallen, intrekken, eraf,
        togliere, tolga, rimuov*, annull*, elimin*, stral*,
        retirar, remov*, anul*, elimin*, cancel*,
        usun*, anulow*, wykresl*, wycof*, skresl*
    """,
    "double": """
        twice, double, doubled, duplicate*, duplicated, second time, again, both, each time, same invoice,
        doppelt*, zweimal, zwei mal, dublette, nochmal*, erneut, abermals, doppelzahlung, doppelberechnung,
        deux fois, double*, doublon, en double, a nouveau,
        dos veces, duplicad*, por duplicado, doble*, otra vez, de nuevo,
        twee keer, tweemaal, dubbel*, nogmaals, opnieuw, telkens,
        due volte, duplicat*, doppi*, doppio, nuovamente, di nuovo,
        duas vezes, em duplicado, duplicad*, dobr*, de novo, novamente,
        dwukrotn*, dwa razy, podwojn*, zdublowan*, ponownie, duplikat
    """,
    "penalty": """
        penalt*, liquidated damages, service credit*, late fee*, late payment fee, interest, surcharge, delay damages, sla credit,
        vertragsstrafe*, ponale, pönale, mahngebuhr*, verzugszins*, zinsen, saumnis*, konventionalstrafe, verspatungszuschlag, servicegutschrift, malus,
        penalite*, interets, indemnite*, frais de retard, majoration, astreinte,
        penaliza*, penalidad*, recargo*, mora, intereses, demora, multa,
        boete*, contractboete, rente, aanmaningskosten, vertragingsboete, servicecredit*, korting wegens,
        penal*, mora, interessi, sanzion*, ritardo,
        penaliza*, multa*, juros, mora, sancao,
        kar umown*, kara umown*, kary umown*, kare umown*, odset*, kara, kary, kare
    """,
    "discount": """
        discount*, rebate*, bonus, allowance, volume reduction, framework reduction, early payment, early settlement, price reduction, reduction,
        rabatt*, skonto, bonus, nachlass, staffel*, ruckvergutung, mengenrabatt, jahresbonus, preisnachlass, boni,
        remise*, ristourne*, rabais, escompte, rfa, bonification,
        descuento*, rappel*, bonificacion*, pronto pago, rebaja,
        korting*, kortingspercentage, bonus, staffelkorting, betalingskorting,
        sconto, sconti, ribasso, abbuono, premio, bonus,
        desconto*, rappel, abatimento, bonus, bonificacao,
        rabat*, upust*, bonifikat*, skonto, bonus
    """,
    "tax": """
        vat, sales tax, tax, gst, hst, pst, withholding, wht, use tax,
        ust, mwst, umsatzsteuer, mehrwertsteuer, steuer, steuerbetrag, vorsteuer, quellensteuer, steuern,
        tva, taxe*, retenue a la source,
        iva, impuesto*, igic, irpf, retencion,
        btw, belasting, bronbelasting, omzetbelasting,
        iva, imposta, ritenuta,
        iva, imposto*, irs, irc,
        vat, podat*, ptu
    """,
    "net": """
        net, excl vat, ex vat, excluding vat, before tax, ex gst, excl tax, subtotal, plus vat, ex tax,
        netto, zzgl, zuzuglich, nettobetrag, nettowert, netto summe, zwischensumme,
        ht, hors taxe*, htva, hors tva, sous total,
        neto, base imponible, sin iva, mas iva, subtotal, base,
        netto, excl btw, exclusief btw, ex btw, subtotaal,
        imponibile, netto, oltre iva, piu iva, iva esclusa,
        liquido, sem iva, acrescido de iva, base tributavel, mais iva, valor tributavel,
        netto, bez vat, plus vat
    """,
    "gross": """
        gross, total due, amount due, incl vat, including vat, inc vat, invoice total, invoice amount, total amount due, balance due, amount payable, total incl, with vat,
        brutto, rechnungsbetrag, rechnungssumme, gesamtbetrag, endbetrag, zahlbetrag, zu zahlen, inkl, bruttobetrag, inkl mwst, inkl ust,
        ttc, toutes taxes, net a payer, total ttc, montant ttc, montant total, montant de la facture,
        iva incluido, iva incl, total factura, importe total, total a pagar, importe de la factura, con iva,
        incl btw, inclusief btw, te betalen, factuurbedrag, factuurtotaal, totaalbedrag,
        iva inclusa, totale fattura, totale documento, totale da pagare, importo totale, ivato, compresa iva,
        com iva, total a pagar, valor da fatura, montante total, iva incluido,
        brutto, do zaplaty, kwota brutto, wartosc brutto, kwota faktury, razem brutto
    """,
    "total": """
        total, totals, totalling, totaling, totaled, sum, sum of, altogether, in all, comes to, come to, amounts to, makes, adds up to, grand total, in total,
        summe, gesamt, gesamtsumme, gesamtwert, zusammen, insgesamt, in summe, macht, ergibt, ergeben, summa, total, gesamtpreis,
        total, totaux, somme, au total, en tout, soit, cumul, ensemble,
        total, suma, en total, asciende, importe, sumando, totales,
        totaal, samen, in totaal, bij elkaar, som, bedraagt, opgeteld, totaalbedrag,
        totale, somma, in totale, complessiv*, pari a, ammonta, per un totale,
        total, soma, no total, totaliza*, perfaz, num total, montante,
        razem, suma, sume, lacznie, w sumie, ogolem, suma razem, laczna kwota
    """,
    "paid": """
        paid, pay, payment, payments, payment of, remit*, remittance, transfer*, settled, settle, wired, wire, sent, ach, bacs, instructed, will settle, have paid, amount paid, net paid,
        bezahlt*, gezahlt*, zahlung*, zahlen, uberweis*, uberwiesen, beglichen, angewiesen, ausgeglichen, zahlungsbetrag, uberweisungsbetrag, reguliert, zahlbetrag,
        paye*, pay*, regl*, virement*, verse*, acquitt*, montant regle, paiement, reglement,
        pagad*, pago*, pagamos, pagar*, transfer*, liquidad*, ingresad*, hemos pagado, abonado, abonamos,
        betaald*, betal*, overgemaakt, overgeboekt, overmak*, voldaan, betaalbedrag,
        pagat*, pagament*, bonific*, versat*, saldat*, liquidat*, disposto, disposizione,
        pag*, paga*, transfer*, liquidad*, liquida*, saldad*,
        zaplac*, zaplat*, oplac*, przelew*, przelan*, wplac*, uregulow*, platnosc*, zaplata
    """,
    "balance": """
        balance, outstanding, open, open amount, remaining, remainder, remains, rest, left, still owed, still open, residual, account balance,
        saldo, offen*, restbetrag, rest, restlich*, ausstehend*, verbleib*, noch offen, uberfallig*,
        solde, restant, reste, reliquat, impaye*, en souffrance, encours, il reste,
        saldo, pendiente*, restante, resto, remanente, vencid*,
        saldo, openstaand*, resterend*, restant, rest, nog open, resteert,
        saldo, residu*, rimanent*, restante, aperto, aperta, scadut*, insolut*,
        saldo, em aberto, remanescente, restante, pendente, vencid*,
        saldo, pozostal*, zalegl*, nieuregulowan*, reszta, reszte
    """,
    "billed": """
        invoiced, billed, charged, amount, charge, charges, charging, bill, bills, invoice, invoices, invoicing, in the amount of, amount of, amounting to, for the amount, worth, line, item, claim, claimed, the sum of,
        berechnet*, berechnen, fakturiert*, abgerechnet*, in rechnung, rechnung, uber, in hohe von, position, posten, weiterbelastet, angesetzt, betrag, mit, berechnung, leistung,
        facture*, facturation, d'un montant, montant, ligne, poste, prestation, la facture, pour,
        factura*, factur*, cobrad*, importe, por importe de, por un importe, linea, cargo, concepto, cargad*,
        factuur, gefactureerd*, berekend*, in rekening, regel, bedrag, post, ter hoogte van, gerekend, ad, van,
        fattur*, addebit*, importo, d'importo, voce, riga, per un importo, dell'importo,
        fatur*, cobrad*, no valor de, montante, valor, linha, debitad*, no montante,
        faktur*, zafakturowan*, naliczon*, na kwote, kwota, kwote, kwoty, w wysokosci, pozycj*, obciaz*, opiewa*
    """,
    "limit": """
        cap, capped, budget, limit, not to exceed, nte, ceiling, maximum, max, no more than, allowance of, order value, remaining budget, funds, threshold,
        deckel, budget, obergrenze, hochstens, maximal, grenze, hochstbetrag, rahmen, auftragswert, bestellwert, limit, kostendach, gedeckelt,
        plafond, plafonn*, budget, maximum, limite, enveloppe, seuil, montant maximum,
        tope, limite, techo, presupuest*, maxim*, importe maximo,
        plafond, budget, maximum, maximaal, limiet, grens, bovengrens, ten hoogste,
        tetto, limite, massim*, budget, plafond, massimale, soglia,
        teto, limite, maxim*, orcament*, plafond,
        limit*, budzet*, pulap*, maksym*, najwyzej
    """,
    "rate": """
        rate, rates, per hour, hourly, per day, daily, day rate, an hour, a day, a night, per night, each, per unit, unit price, price per, list price, per seat, per mile, per month, at,
        stundensatz*, tagessatz*, satz, tarif*, je, pro stunde, pro tag, einzelpreis, preis, einheitspreis, listenpreis, a, pro nacht, stundlich, std satz, je stunde, je tag, je nacht,
        taux, tarif*, tjm, par jour, par heure, prix unitaire, unitaire, l'heure, la journee, pu, forfait jour, le jour, par nuit,
        tarifa*, precio, por hora, por dia, la hora, al dia, precio unitario, cada, a razon de, por noche,
        tarief*, per uur, per dag, uurtarief, dagtarief, stukprijs, prijs, eenheidsprijs, per stuk, per nacht, tegen,
        tariffa*, prezzo, all'ora, al giorno, orari*, giornalier*, cadaun*, l'ora, prezzo unitario, a notte, ogni,
        tarifa*, preco, por hora, por dia, a hora, ao dia, preco unitario, cada, por noite, hora, dia,
        stawk*, cena, cen*, za godzin*, za dzien, za godz, dziennie, godzinow*, jednostkow*, szt, za szt, za dobe
    """,
    "should_be": """
        should be, should have been, should read, instead of, rather than, correct, correctly, agreed, allowed, allows, contract says, order says, per contract, quoted, we accept, can allow, would be right, not, says, ordered, po price, right amount,
        sollte*, statt, anstatt, sondern, anstelle, richtig*, korrekt*, vereinbart*, laut, lt, gemass, bestellt, und nicht, nicht, eigentlich, zulassig, anerkannt, lautet, ware, waren,
        au lieu de, au lieu, devrait, correct*, convenu*, prevu*, commande*, contrat, et non, selon, conforme, admis*,
        en lugar de, en vez de, deberia*, correct*, acordad*, pactad*, segun, y no, contratad*, debe ser,
        in plaats van, ipv, moet zijn, had moeten, afgesproken, correct*, juist*, volgens, besteld*, en niet, overeengekomen,
        invece di, anziche, dovrebbe, corrett*, concordat*, pattuit*, previst*, secondo, ordinat*, e non, da contratto,
        em vez de, em lugar de, deveria*, corret*, acordad*, previst*, segundo, conforme, contratad*, e nao,
        zamiast, powinn*, prawidlow*, poprawn*, uzgodnion*, zgodnie z, wedlug, zamowion*, a nie, umown*
    """,
    "undisputed": """
        undisputed, not disputed, not in dispute, fine, accepted, we accept, agreed and paid, correct as billed, no objection, ok, is right, are right, stays, unaffected,
        unstrittig*, unbestritten, in ordnung, stimmt, einverstanden, unberuhrt, freigegeben, anerkannt,
        non conteste*, non litigieu*, incontest*, d'accord, conforme, valide,
        no discutid*, no disputad*, conforme, correcto, de acuerdo, aceptad*,
        onbetwist*, niet betwist, akkoord, klopt, goedgekeurd, in orde,
        non contest*, incontest*, corrett*, accettat*, regolare,
        nao contestad*, incontest*, aceite*, corret*, de acordo,
        niesporn*, bezsporn*, niekwestionowan*, zgadza, w porzadku, zaakceptowan*
    """,
    "threshold": """
        above, over, up to, more than, older than, within, at least, below, under, less than, between, from, of at least, exceed*, exceeding,
        bis, bis zu, ab, uber, oberhalb, alter als, langer als, unter, unterhalb, mindestens, mehr als,
        au dela de, au dessus de, plus de, depuis plus de, moins de, jusqu a, a partir de, minimum,
        hasta, mas de, menos de, a partir de, superior*, inferior*, minimo,
        boven, tot, meer dan, minder dan, vanaf, onder, minimaal,
        oltre, fino a, piu di, meno di, almeno, superior*, inferior*, a partire da,
        acima de, ate, mais de, menos de, a partir de, superior*, inferior*,
        powyzej, do, ponizej, od, co najmniej, ponad
    """,
    "previous": """
        was, were, previously, previous, former, before, originally, last year, old, earlier, formerly,
        war, vorher, bisher*, fruher*, vorjahr, ursprunglich*, zuvor, alt*, ehemals,
        etait, precedemment, precedent*, ancien*, auparavant, initial*, avant,
        era, anterior*, antes, previamente, inicial*,
        was, voorheen, vorige, eerder, oorspronkelijk*, oud*,
        era, precedent*, prima, originari*, inizial*,
        era, anterior*, antes, anteriormente, inicial*,
        bylo, byla, poprzedni*, wczesniej, pierwotn*, dotychczas*
    """,
    "overpaid": """
        overpaid, overpayment, over paid, paid too much, paid twice, double payment, paid in error, too much, second one back, shouldn't have, should not have,
        uberzahl*, doppelzahlung*, doppelt bezahlt, doppelt uberwiesen, zu viel bezahlt, zu viel gezahlt, zu viel uberwiesen, irrtumlich,
        trop percu, trop paye, trop verse, double paiement, double reglement, payee deux fois, paye deux fois, par erreur, reglee deux fois,
        pagado de mas, pago duplicado, doble pago, pago en exceso, pagado dos veces, por error, cobro indebido,
        teveel betaald*, te veel betaald*, dubbel betaald, dubbele betaling, twee keer betaald, per ongeluk, onverschuldigd,
        pagato due volte, doppio pagamento, pagato in eccesso, per errore, pagamento doppio, versato in piu,
        pago em duplicado, pagamento duplicado, pago a mais, pago duas vezes, por lapso, por engano, pagamento em excesso,
        nadplat*, nadplac*, zaplacono dwukrotnie, podwojna platnosc, omylkowo, dwukrotnie
    """,
    "refund": """
        refund*, repay*, give back, back please, return the, owe us, return it, send back,
        erstatt*, ruckerstatt*, ruckzahl*, zuruckuberweis*, zuruckzahl*, rucküberweis*,
        rembours*, restitu*, reverser, nous devez,
        reembols*, devolu*, devolv*, devuel*, reintegr*,
        terugbetal*, terugstort*, terugboek*, restitu*,
        rimbors*, restitu*, stornat*,
        reembols*, devolu*, devolv*, restitu*,
        zwrot*, zwroc*, zwrac*
    """,
    "promise": """
        will be paid, will pay, scheduled, pay run, payment run, promise*, instalment*, installment*, payment plan, owe, due, you will receive, on its way,
        werden wir, ratenzahlung, rate, raten, zahlungsplan, zahlungslauf, avisier*, angewiesen, wird bezahlt, wird uberwiesen, begleichen,
        sera regle*, sera paye*, seront, echeancier, echeance, mensualite*, sera vire*,
        sera pagad*, se pagara, pagaremos, plan de pagos, plazo*, abonaremos,
        wordt betaald, zullen, termijn*, betalingsregeling, betaalrun, wij betalen,
        sara pagat*, verra, pagheremo, rate, rata, piano di rientro, rateizz*, eseguit*,
        sera pag*, pagaremos, plano de pagamento*, prestac*, sera liquidad*,
        zostanie, zaplacimy, rata, raty, ratach, harmonogram, zobowiazuj*
    """,
    "ordered": """
        order, purchase order, order total, order value, contract value, value, ordered, not to exceed, uplift, increased to, call off, new total, total value, blanket, release,
        bestellung, bestellwert, auftragswert, auftragssumme, gesamtwert, aufgestockt, erhoh*, beauftrag*, abruf, neuer wert, bestellsumme,
        commande, bon de commande, montant de la commande, porte, nouveau montant, valeur, engagement,
        pedido, importe del pedido, valor, orden, ampli*, incrementa*,
        order, bestelling, opdracht, orderwaarde, verhoogd, opdrachtsom, waarde, ordertotaal,
        ordine, valore, importo ordine, ordinativo, increment*, nuovo totale,
        encomenda, valor, valor da encomenda, reforc*, aument*,
        zamowieni*, wartosc, zlecen*, zwieksz*
    """,
    "expense": """
        expense*, travel, hotel, mileage, flight*, fare, taxi, receipt*, accommodation, per diem, courier, subsistence, parking, meals,
        reisekosten, spesen, hotel*, ubernachtung*, fahrtkosten, kilometer*, bahn*, flug*, beleg*, bewirtung, auslagen, taxi,
        frais, deplacement*, hotel, kilometri*, billet*, hebergement, justificatif*, repas, note de frais,
        gastos, viaje*, dietas, hotel, desplazamiento*, kilometraje, billete*, alojamiento, taxi,
        reiskosten, onkosten, hotel*, kilometer*, verblijf*, overnachting*, declaratie*, vlucht*,
        spese, trasfert*, viaggio, albergo, hotel, rimborso spese, vitto, alloggio, chilometri*,
        despesas, viagem, viagens, hotel, deslocac*, alojamento, quilometr*, refeic*,
        koszty podroz*, podroz*, hotel*, nocleg*, przejazd*, delegacj*, wydatk*, diet*, koszty
    """,
}

EXPECTED: dict[str, tuple[str, ...]] = {
    # The roles that name the contested amount, by reason.
    "hours_quantity": ("difference", "excess", "contested", "credit", "deducted", "removed"),
    "rate_price": ("difference", "excess", "contested", "credit", "deducted"),
    "duplicate_invoice": ("double", "credit", "billed", "contested", "removed"),
    "scope_not_agreed": ("billed", "removed", "contested", "credit"),
    "quality_acceptance": ("billed", "gross", "contested", "credit"),
    "contract_cap": ("excess", "difference", "credit", "contested"),
    "expenses": ("contested", "expense", "deducted", "removed", "difference", "credit", "excess"),
    "tax": ("tax", "contested", "credit", "removed", "excess"),
    "missing_reference": ("gross", "billed", "total"),
    "missing_backup": ("gross", "billed", "total"),
    "wrong_entity": ("gross", "billed", "total"),
    "payment_terms": ("penalty", "discount", "removed", "contested"),
    "currency": ("difference", "billed", "credit", "excess"),
    "calculation_error": ("difference", "excess", "credit", "contested"),
    "discount_rebate": ("discount", "credit", "difference", "deducted"),
    "credit_not_received": ("credit",),
    "credit_not_issued": ("credit", "discount"),
    "late_billing": ("billed", "gross", "credit", "contested"),
    "contract_ended": ("billed", "gross", "credit", "contested"),
    "po_invalid": ("billed", "gross"),
    "legal_form": (),
    "description_insufficient": ("billed", "contested"),
    "delay_penalty": ("penalty", "deducted", "credit", "total"),
    "already_paid": (),
    "unbilled_time": ("billed", "total"),
    "unapproved_time": ("billed", "total", "credit"),
    "rate_mismatch": ("difference", "excess", "credit"),
    "quantity_mismatch": ("difference", "excess", "credit"),
    "milestone_early": ("billed", "gross", "credit"),
    "po_exceeded": ("excess", "difference"),
    "po_missing": ("billed", "gross"),
    "duplicate_billing": ("double", "credit", "billed"),
    "expense_eligibility": ("expense", "total", "billed"),
    "tax_mapping": ("tax",),
    "retainer_overage": ("excess",),
    "short_payment": ("deducted", "difference", "contested"),
    "overpayment_refund": ("overpaid", "refund", "double", "excess"),
    "remittance": ("deducted",),
}
