import { localization } from "@web/core/l10n/localization";
import { insertThousandsSep } from "@web/core/utils/numbers";

const MINUS = "−";

/** Decimal text as people write it here; what is no number stays as it is. Two decimals, or as many as count. */
export function amountText(text) {
    const parts = /^([-−]?)(\d+)(?:\.(\d+))?$/.exec(text ?? "");
    if (!parts) {
        return text ?? "";
    }
    const [, sign, whole, given = ""] = parts;
    const fraction = given.padEnd(2, "0").replace(/(?<=^..)(.*?)0+$/, "$1");
    const { thousandsSep, grouping, decimalPoint } = localization;
    return `${sign && MINUS}${insertThousandsSep(whole, thousandsSep, grouping)}${decimalPoint}${fraction}`;
}

/** An address that may stand in a link. */
export function webAddress(text) {
    return /^https?:\/\//i.test(text || "") ? text : null;
}

const BARS = { "by rule": 3, sure: 3, likely: 2, unsure: 1 };

/** How many of the three bars stand beside the word for how certain a reading is; none for a word not known. */
export function bars(certainty) {
    return BARS[(certainty || "").toLowerCase()] || 0;
}
