import { Component, useEffect, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { amountText, bars, webAddress } from "./words";

/** Longer values stand below each other, over the whole width. */
const LONG = 36;
/** What stands in place of a value: "(none)", "(empty)". */
const PLACEHOLDER = /^\((none|empty)\)$/;

/** One suggestion: what it is worth, what it changes, what it rests on, and the decision. */
export class CountersignSuggestion extends Component {
    static template = "countersign.Suggestion";
    static props = {
        suggestion: Object,
        person: Object,
        record: Object,
        held: Object,
        isFirstOfCase: Boolean,
        isUnfolded: Boolean,
        fold: Function,
    };

    setup() {
        /** asks: null, save, edit or reject; sends: the verdict on its way */
        this.state = useState({ asks: null, sends: null, missing: "", reason: "", note: "", values: {} });
        this.root = useRef("root");
        this.confirmButton = useRef("confirm");
        useEffect(
            (asks) => {
                if (asks) {
                    this.root.el.querySelector(".o_cs_form :is(input, textarea, button)")?.focus();
                }
            },
            () => [this.state.asks]
        );
        this.bars = [0, 1, 2];
    }

    get suggestion() {
        return this.props.suggestion;
    }

    get labelId() {
        return `o_cs_${this.suggestion.id}`;
    }

    get amount() {
        return amountText(this.suggestion.amount);
    }

    /** The amount stands by itself unless the title names it; the kind unless it says the same as the title. */
    get hasAmount() {
        const { amount, title } = this.suggestion;
        const named = (title.match(/\d[\d,]*(?:\.\d+)?/g) || []).map((text) => Number(text.replace(/,/g, "")));
        return amount && !named.includes(Number(amount));
    }

    get isOpen() {
        return (this.suggestion.state || "open") === "open";
    }

    get stateWords() {
        return {
            confirmed: _t("on its way to Odoo"),
            stale: _t("changed in Odoo meanwhile"),
            refused: _t("refused by Odoo"),
        }[this.suggestion.state];
    }

    get kindWords() {
        const { kind_words, title } = this.suggestion;
        return title.startsWith(kind_words) ? "" : kind_words;
    }

    /** Evidence by where it stands: `{source, quotes}`. */
    get evidence() {
        const groups = new Map();
        for (const { quote, source } of this.suggestion.evidence || []) {
            groups.set(source, [...(groups.get(source) || []), quote]);
        }
        return [...groups].map(([source, quotes]) => ({ source, quotes }));
    }

    /** The reason, unless it stands above already or is quoted as evidence below. */
    get because() {
        const { because, summary, evidence } = this.suggestion;
        const isQuoted = (evidence || []).some((words) => words.quote === because);
        return because === summary || isQuoted ? "" : because;
    }

    get caseUrl() {
        return webAddress(this.suggestion.case_url);
    }

    get barsOn() {
        return bars(this.suggestion.certainty);
    }

    get isAboutAnother() {
        const target = this.suggestion.target;
        const { resModel, resId } = this.props.record;
        return target?.name && (target.model !== resModel || target.res_id !== resId);
    }

    get rows() {
        return (this.suggestion.shown || []).map(({ what, now, after }) => ({
            what,
            now: valued(now),
            after: valued(after),
            isLong: `${now || ""}`.length > LONG || `${after || ""}`.length > LONG,
        }));
    }

    get given() {
        return (this.suggestion.approvals_given || []).join(", ");
    }

    get may() {
        const nothing = { confirm: false, edit: false, reject: false, why_not: "" };
        return this.props.person.can_decide ? { ...nothing, ...this.suggestion.may } : nothing;
    }

    get canEdit() {
        return this.may.edit && this.suggestion.editable?.length;
    }

    ask(what) {
        this.state.missing = "";
        if (what === "edit") {
            this.state.values = Object.fromEntries(
                this.suggestion.editable.map((field) => [field.name, field.value ?? ""])
            );
        }
        this.state.asks = what;
    }

    cancel() {
        this.state.asks = null;
        this.confirmButton.el?.focus();
    }

    onKeydown(ev) {
        if (ev.key === "Escape" && this.state.asks) {
            ev.preventDefault();
            ev.stopPropagation();
            this.cancel();
        }
    }

    async confirm() {
        if (!this.may.confirm || this.state.sends) {
            return;
        }
        if (await this.props.record.isDirty()) {
            this.ask("save");
            return;
        }
        await this.send({ verdict: "confirm" });
    }

    async saveAndConfirm() {
        if (this.state.sends) {
            return;
        }
        this.state.sends = "confirm";
        try {
            // A form that is not valid says so itself and stays as it is.
            if (!(await this.props.record.save())) {
                this.state.missing = _t("The form was not saved, so nothing was confirmed.");
                return;
            }
        } finally {
            this.state.sends = null;
        }
        this.state.asks = null;
        await this.send({ verdict: "confirm" });
    }

    async edit() {
        const changed = this.suggestion.editable.filter(
            (field) => this.state.values[field.name] !== (field.value ?? "")
        );
        if (!changed.length) {
            this.state.missing = _t("Nothing was changed yet.");
            return;
        }
        const values = Object.fromEntries(changed.map((field) => [field.name, this.state.values[field.name]]));
        await this.send({ verdict: "edit", values });
    }

    async reject() {
        if (!this.state.reason) {
            this.state.missing = _t("Choose a reason first.");
            return;
        }
        await this.send({ verdict: "reject", reason: this.state.reason, note: this.state.note });
    }

    async send(decision) {
        if (this.state.sends) {
            return;
        }
        const { held, record } = this.props;
        this.state.sends = decision.verdict;
        const answer = await held.decide({
            ...decision,
            suggestion_id: this.suggestion.id,
            content_hash: this.suggestion.content_hash,
        });
        // Until the panel shows what is open now, what was decided on cannot be decided on again.
        try {
            if (answer.written && !(await record.isDirty())) {
                // The form and its chatter show what was written; the panel is asked for again with them.
                await record.load();
                await held.settled;
            } else {
                await held.load({ fresh: true });
            }
        } finally {
            held.notice = noticeOf(answer);
            this.state.sends = null;
            if (answer.state === "done") {
                this.state.asks = null;
            }
        }
    }
}

function valued(text) {
    return PLACEHOLDER.test(text || "") ? "" : text || "";
}

function noticeOf(answer) {
    const isDone = answer.state === "done";
    const isStopped = isDone && ["stale", "refused", "busy"].includes(answer.written);
    const differences = (answer.differences || []).map((found) => ({
        field: found.field,
        expected: valueText(found.expected),
        actual: valueText(found.actual),
    }));
    return {
        tone: isDone ? (isStopped ? "caution" : "good") : "danger",
        text: answer.says,
        differences,
        made: answer.made,
    };
}

function valueText(value) {
    if (value === null || value === undefined || value === false || value === "") {
        return _t("empty");
    }
    return typeof value === "object" ? JSON.stringify(value) : `${value}`;
}
