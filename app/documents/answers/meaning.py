"""What the codes of structured answers say, in words, and which reasons of the guidelines they suggest.

Plain tables for whoever judges an answer: {code: reasons}, the likelier first. A code that says only that something is
wrong suggests nothing; the free text beside it decides.
"""

from __future__ import annotations

from app.documents.invoice_answer import InvoiceAnswer
from app.vocabulary import RequestedAction

Reasons = tuple[str, ...]

# Peppol BIS Invoice Response 3: UNCL 4343 subset, OPStatusReason, OPStatusAction.
PEPPOL_STATUS: dict[str, tuple[str, Reasons]] = {
    "AB": ("message acknowledged", ("acknowledgement",)),
    "IP": ("in process", ("acknowledgement",)),
    "AP": ("accepted", ("acknowledgement",)),
    "PD": ("paid", ("remittance",)),
    "UQ": ("under query", ()),
    "CA": ("conditionally accepted", ()),
    "RE": ("rejected", ()),
}
PEPPOL_REASON: dict[str, tuple[str, Reasons]] = {
    "NON": ("no issue", ()),
    "REF": ("references incorrect", ("missing_reference", "po_invalid")),
    "LEG": ("legal information incorrect", ("legal_form", "tax")),
    "REC": ("receiver unknown", ("wrong_entity",)),
    "QUA": ("item quality insufficient", ("quality_acceptance",)),
    "DEL": ("delivery issues", ("quality_acceptance", "hours_quantity", "delay_penalty")),
    "PRI": ("prices incorrect", ("rate_price", "discount_rebate")),
    "QTY": ("quantity incorrect", ("hours_quantity",)),
    "ITM": ("items incorrect", ("description_insufficient", "scope_not_agreed")),
    "PAY": ("payment terms incorrect", ("payment_terms",)),
    "UNR": ("not recognised", ("scope_not_agreed", "wrong_entity", "po_invalid")),
    "FIN": ("finance incorrect", ("calculation_error", "payment_terms", "tax")),
    "PPD": ("partially paid", ("short_payment",)),
    "OTH": ("other", ()),
}
PEPPOL_ACTION: dict[str, tuple[str, RequestedAction]] = {
    "NOA": ("no action required", RequestedAction.NONE),
    "PIN": ("provide information", RequestedAction.EXPLAIN),
    "NIN": ("issue a new invoice", RequestedAction.REISSUE),
    "CNF": ("credit fully", RequestedAction.CREDIT_NOTE),
    "CNP": ("credit partially", RequestedAction.CREDIT_NOTE),
    "CNA": ("credit the amount", RequestedAction.CREDIT_NOTE),
    "OTH": ("other", RequestedAction.NONE),
}
# Peppol Message Level Response and Status, and other profiles' UBL ApplicationResponse (OIOUBL, UBL-TR, DIAN).
MESSAGE_STATUS: dict[str, tuple[str, Reasons]] = {
    "AB": ("message received", ("acknowledgement",)),
    "AP": ("message accepted", ("acknowledgement",)),
    "RE": ("message rejected technically", ("delivery_failure",)),
    "BUSINESSACCEPT": ("accepted", ("acknowledgement",)),
    "BUSINESSREJECT": ("rejected", ()),
    "TECHNICALACCEPT": ("accepted technically", ("acknowledgement",)),
    "TECHNICALREJECT": ("rejected technically", ("delivery_failure",)),
    "PROFILEACCEPT": ("profile accepted", ("acknowledgement",)),
    "PROFILEREJECT": ("profile rejected", ("delivery_failure",)),
    "KABUL": ("accepted", ("acknowledgement",)),
    "RED": ("rejected", ()),
    "02": ("validated by the authority", ("acknowledgement",)),
    "04": ("rejected by the authority", ("delivery_failure",)),
    "030": ("invoice received", ("acknowledgement",)),
    "031": ("claim against the invoice", ()),
    "032": ("goods or service received", ("acknowledgement",)),
    "033": ("expressly accepted", ("acknowledgement",)),
    "034": ("tacitly accepted", ("acknowledgement",)),
}
MESSAGE_REASON: dict[str, tuple[str, Reasons]] = {
    "BV": ("business rule violation, fatal", ("delivery_failure",)),
    "BW": ("business rule violation, warning", ()),
    "SV": ("syntax violation", ("delivery_failure",)),
    "FD": ("failure of delivery", ("delivery_failure",)),
}

# French life cycle (CDAR, AFNOR XP Z12-012): ProcessConditionCode and ReasonCode.
CDAR_STATUS: dict[str, tuple[str, Reasons]] = {
    "200": ("deposited", ("acknowledgement",)),
    "201": ("issued by the platform", ("acknowledgement",)),
    "202": ("received by the platform", ("acknowledgement",)),
    "203": ("made available", ("acknowledgement",)),
    "204": ("taken in charge", ("acknowledgement",)),
    "205": ("approved", ("acknowledgement",)),
    "206": ("approved in part", ()),
    "207": ("in dispute", ()),
    "208": ("suspended", ()),
    "209": ("completed", ("acknowledgement",)),
    "210": ("refused by the buyer", ()),
    "211": ("payment sent", ("remittance",)),
    "212": ("payment received", ("acknowledgement",)),
    "213": ("rejected by the platform", ("delivery_failure",)),
    "501": ("not admissible", ("delivery_failure",)),
}
CDAR_REASON: dict[str, tuple[str, Reasons]] = {
    "NON_TRANSMISE": ("recipient not connected", ("delivery_failure",)),
    "JUSTIF_ABS": ("supporting document missing or insufficient", ("missing_backup",)),
    "ROUTAGE_ERR": ("routing error", ("wrong_entity", "delivery_failure")),
    "AUTRE": ("other", ()),
    "COORD_BANC_ERR": ("bank details wrong", ("bank_details_change",)),
    "TX_TVA_ERR": ("VAT rate wrong", ("tax",)),
    "MONTANTTOTAL_ERR": ("total amount wrong", ("calculation_error",)),
    "CALCUL_ERR": ("calculation error", ("calculation_error",)),
    "NON_CONFORME": ("legal mention missing", ("legal_form",)),
    "DOUBLON": ("duplicate of an invoice already received", ("duplicate_invoice",)),
    "DEST_INC": ("recipient unknown", ("wrong_entity", "delivery_failure")),
    "DEST_ERR": ("wrong recipient", ("wrong_entity",)),
    "TRANSAC_INC": ("transaction unknown: no such delivery or service", ("scope_not_agreed", "quality_acceptance")),
    "EMMET_INC": ("issuer unknown", ("vendor_setup", "scope_not_agreed")),
    "CONTRAT_TERM": ("contract ended", ("contract_ended",)),
    "DOUBLE_FACT": ("already billed on another invoice", ("duplicate_invoice",)),
    "CMD_ERR": ("order number wrong or missing", ("missing_reference", "po_invalid")),
    "ADR_ERR": ("electronic billing address wrong", ("wrong_entity",)),
    "SIRET_ERR": ("SIRET wrong or missing", ("wrong_entity", "legal_form")),
    "CODE_ROUTAGE_ERR": ("routing code wrong or missing", ("missing_reference", "wrong_entity")),
    "REF_CT_ABSENT": ("reference required by contract missing", ("missing_reference",)),
    "REF_ERR": ("reference wrong", ("missing_reference", "po_invalid")),
    "PU_ERR": ("unit price wrong", ("rate_price",)),
    "REM_ERR": ("discount wrong", ("discount_rebate",)),
    "QTE_ERR": ("quantity wrong", ("hours_quantity",)),
    "ART_ERR": ("item wrong", ("scope_not_agreed", "description_insufficient")),
    "MODPAI_ERR": ("payment terms wrong", ("payment_terms",)),
    "QUALITE_ERR": ("quality of what was delivered", ("quality_acceptance",)),
    "LIVR_INCOMP": ("delivery incomplete", ("quality_acceptance",)),
    "REJ_SEMAN": ("semantic error", ("delivery_failure",)),
    "REJ_UNI": ("not unique", ("delivery_failure", "duplicate_invoice")),
    "REJ_COH": ("data not coherent", ("delivery_failure",)),
    "REJ_ADR": ("address not known to the directory", ("delivery_failure", "wrong_entity")),
    "REJ_CONT_B2G": ("public sector rule broken", ("delivery_failure", "missing_reference")),
    "REJ_REF_PJ": ("reference of an attachment wrong", ("delivery_failure",)),
    "REJ_ASS_PJ": ("attachment not assigned", ("delivery_failure",)),
    "IRR_VIDE_F": ("file empty", ("delivery_failure",)),
    "IRR_TYPE_F": ("type of file not allowed", ("delivery_failure",)),
    "IRR_SYNTAX": ("syntax error", ("delivery_failure",)),
    "IRR_TAILLE_PJ": ("attachment too large", ("delivery_failure",)),
    "IRR_NOM_PJ": ("name of attachment not allowed", ("delivery_failure",)),
    "IRR_VID_PJ": ("attachment empty", ("delivery_failure",)),
    "IRR_EXT_DOC": ("extension of attachment not allowed", ("delivery_failure",)),
    "IRR_TAILLE_F": ("file too large", ("delivery_failure",)),
    "IRR_ANTIVIRUS": ("virus check failed", ("delivery_failure",)),
}
CDAR_CHARACTERISTIC = {
    "MAP": "amount approved without tax", "MAPTTC": "amount approved with tax",
    "MNA": "amount not approved without tax", "MNATTC": "amount not approved with tax", "MEN": "amount received",
    "MPA": "amount paid", "RAP": "amount remaining",
    "ESC": "early-payment discount", "RAB": "rebate", "REM": "discount", "CBB": "bank details to change",
    "DIV": "wrong value", "DVA": "expected value", "MAJ": "value to put instead",
}  # fmt: skip

# Italian exchange system (SdI): notices of FatturaPA and their outcome codes.
SDI_STATUS: dict[str, tuple[str, Reasons]] = {
    "NS": ("rejected by the exchange system", ("delivery_failure",)),
    "RC": ("delivered", ("acknowledgement",)),
    "MC": ("not delivered", ("delivery_failure",)),
    "AT": ("sent, delivery impossible", ("delivery_failure",)),
    "DT": ("deadline for an answer passed", ("acknowledgement",)),
    "EC01": ("accepted by the customer", ("acknowledgement",)),
    "EC02": ("refused by the customer", ()),
    "SE": ("customer's answer rejected by the exchange system", ("acknowledgement",)),
}

# cXML StatusUpdateRequest, InvoiceStatus.
CXML_STATUS: dict[str, tuple[str, Reasons]] = {
    "processing": ("in process", ("acknowledgement",)),
    "reconciled": ("reconciled", ("acknowledgement",)),
    "approved": ("approved", ("acknowledgement",)),
    "paying": ("being paid", ("promise_to_pay", "remittance")),
    "paid": ("paid", ("remittance",)),
    "rejected": ("rejected", ()),
    "canceled": ("cancelled", ()),
}

# UN/EDIFACT 4465, reason for an adjustment (COMDIS).
DISPUTE_REASON: dict[str, tuple[str, Reasons]] = {
    "2": ("goods below specification", ("quality_acceptance",)),
    "3": ("goods damaged", ("quality_acceptance",)),
    "4": ("short delivery", ("hours_quantity",)),
    "5": ("price query", ("rate_price",)),
    "6": ("proof of delivery required", ("missing_backup",)),
    "9": ("invoice error", ("calculation_error",)),
    "14": ("wrong delivery", ("scope_not_agreed", "quality_acceptance")),
    "19": ("trade discount", ("discount_rebate",)),
    "20": ("discount for late delivery", ("delay_penalty",)),
    "26": ("taxes", ("tax",)),
    "29": ("buyer refused delivery", ("quality_acceptance", "scope_not_agreed")),
    "31": ("buyer disagrees with the due date", ("payment_terms",)),
    "32": ("goods not delivered", ("quality_acceptance",)),
    "33": ("late delivery", ("delay_penalty",)),
    "34": ("quoted as paid", ("already_paid",)),
    "35": ("goods returned", ("quality_acceptance",)),
    "36": ("invoice not received", ("copy_or_statement",)),
    "38": ("bonus deducted", ("discount_rebate",)),
    "39": ("discount deducted", ("discount_rebate", "payment_terms")),
    "50": ("terms of sale wrong", ("payment_terms",)),
    "51": ("required data missing", ("missing_reference", "legal_form")),
    "52": ("wrong invoice", ("wrong_entity",)),
    "53": ("duplicate invoice", ("duplicate_invoice",)),
    "55": ("additional charge not authorised", ("expenses", "scope_not_agreed")),
    "56": ("discount wrong", ("discount_rebate",)),
    "57": ("price change", ("rate_price",)),
    "69": ("due date wrong", ("payment_terms",)),
}

_TABLES: dict[str, tuple[dict[str, tuple[str, Reasons]], dict[str, tuple[str, Reasons]]]] = {
    "peppol": (PEPPOL_STATUS, PEPPOL_REASON),
    "message": (MESSAGE_STATUS, MESSAGE_REASON),
    "cdar": (CDAR_STATUS, CDAR_REASON),
    "sdi": (SDI_STATUS, {}),
    "cxml": (CXML_STATUS, {}),
    "comdis": ({}, DISPUTE_REASON),
    "x12": ({}, {}),
}


def status_in_words(standard: str, code: str) -> str:
    """What a status code says; the empty string if it is not known."""
    return _TABLES.get(standard, ({}, {}))[0].get(code, ("", ()))[0]


def reason_in_words(standard: str, code: str) -> str:
    """What a reason code says; the empty string if it is not known."""
    return _TABLES.get(standard, ({}, {}))[1].get(code, ("", ()))[0]


def suggested_reasons(answer: InvoiceAnswer) -> tuple[str, ...]:
    """Reasons of the guidelines that an answer's codes suggest, the likelier first; empty if only its text can tell.

    A platform's refusal is a failed delivery whatever the cause. A status that settles the matter (received, paid)
    stands before reason codes; a refusal or query is what its reason codes say.
    """
    statuses, reasons = _TABLES.get(answer.standard, ({}, {}))
    if answer.is_platform_refusal:
        return ("delivery_failure",)
    by_code = [name for code, _ in answer.reasons for name in reasons.get(code, ("", ()))[1]]
    by_status = statuses.get(answer.status, ("", ()))[1]
    if "short_payment" in by_code:
        by_code, by_status = [name for name in by_code if name != "short_payment"], ("short_payment", *by_status)
    return tuple(dict.fromkeys((*by_status, *by_code)))


def requested_action(answer: InvoiceAnswer) -> RequestedAction | None:
    """The action that an answer's codes ask for, or None if it names none."""
    found = [PEPPOL_ACTION[code][1] for code, _ in answer.actions if code in PEPPOL_ACTION and code != "OTH"]
    return next((action for action in found if action is not RequestedAction.NONE), found[0] if found else None)
