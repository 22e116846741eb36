import { reactive, useComponent, useEffect, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";

export const MODELS = [
    "account.move",
    "sale.order",
    "project.project",
    "project.task",
    "res.partner",
];
const CUSTOMER_DOCUMENTS = ["out_invoice", "out_refund", "out_receipt"];
const WEIGHTS = { financial: 0, tax_sensitive: 0, contract_sensitive: 0, operational: 1, advisory: 2 };

/** Whether this record of a form has a panel: one that is saved, of a model on the list, seen by a colleague. */
export function hasPanel(record) {
    if (!record?.resId || !MODELS.includes(record.resModel) || !user.isInternalUser) {
        return false;
    }
    return (
        record.resModel !== "account.move" ||
        !record.data.move_type ||
        CUSTOMER_DOCUMENTS.includes(record.data.move_type)
    );
}

/**
 * What is known of one opened record. Every part of the page that shows some of it holds the same one, so that an
 * opened record costs one request; when nobody holds it any more it is forgotten.
 */
class OpenRecord {
    constructor(model, resId) {
        this.model = model;
        this.resId = resId;
        this.holders = 0;
        this.turn = 0;
        /** loading, or the state of the last answer: ready, unreachable, not_configured, refused */
        this.state = "loading";
        this.isLoading = false;
        this.settled = null;
        this.says = "";
        this.answer = null;
        /** What became of the last decision: `{tone, text, differences, made}` */
        this.notice = null;
        /** Somebody asked for the panel to come into view. */
        this.isCalled = false;
    }

    /**
     * In the order of their cases; within a case what waits for a decision before what came back or is on its way,
     * and what touches money or contracts first.
     */
    get suggestions() {
        const given = (this.state === "ready" && this.answer.suggestions) || [];
        const cases = [...new Set(given.map((suggestion) => suggestion.case_id))];
        const place = ({ case_id, risk, state }) =>
            10 * cases.indexOf(case_id) + (state === "open" ? 0 : 3) + (WEIGHTS[risk] ?? 1);
        return [...given].sort((one, other) => place(one) - place(other));
    }

    /** How many need somebody; what is on its way to Odoo does not. */
    get count() {
        return this.suggestions.filter((suggestion) => suggestion.state !== "confirmed").length;
    }

    /** Ask the server, and wait until the answer is on screen. Only the answer to the latest question counts. */
    load({ fresh = false } = {}) {
        this.settled = this._load(++this.turn, fresh);
        return this.settled;
    }

    async _load(turn, fresh) {
        this.isLoading = true;
        const answer = await ask("/countersign/panel", {
            model: this.model,
            res_id: this.resId,
            fresh,
        });
        if (turn !== this.turn) {
            return this.settled;
        }
        this.isLoading = false;
        this.state = answer.state;
        this.says = answer.says || "";
        this.answer = answer;
    }

    /** Send a decision; never throws. */
    decide(decision) {
        const unheard = _t("Odoo's server gave no answer. Whether the decision arrived is seen when the panel is back.");
        return ask("/countersign/decide", { model: this.model, res_id: this.resId, decision }, unheard);
    }
}

/** The answer, or, whatever went wrong, `{state, says}`. */
async function ask(route, params, unheard = _t("Odoo's server gave no answer.")) {
    try {
        const company_ids = user.context.allowed_company_ids;
        return await rpc(route, { ...params, company_ids }, { silent: true });
    } catch (error) {
        const says = error.data?.message;
        return says ? { state: "refused", says } : { state: "unreachable", says: unheard };
    }
}

export const panelStore = {
    start() {
        const open = new Map();
        const name = (model, resId) => `${model},${resId}`;
        return {
            /** Share what is known of a record; the first to ask starts the request. */
            hold(model, resId) {
                let found = open.get(name(model, resId));
                if (!found) {
                    found = reactive(new OpenRecord(model, resId));
                    open.set(name(model, resId), found);
                    found.load();
                }
                found.holders++;
                return found;
            },
            release(held) {
                held.holders--;
                if (!held.holders && open.get(name(held.model, held.resId)) === held) {
                    open.delete(name(held.model, held.resId));
                }
            },
            /** The record was saved, or something was done with it: ask again if it is on screen. */
            touched(model, resId) {
                return open.get(name(model, resId))?.load({ fresh: true });
            },
        };
    },
};
registry.category("services").add("countersign.panel", panelStore);

/**
 * What is known of the record in this component's props; null for none, and until the component is on screen: the
 * form never waits for it.
 */
export function useOpenRecord() {
    const component = useComponent();
    const store = useService("countersign.panel");
    const state = useState({ held: null });
    const wanted = () => {
        const record = component.props.record;
        // A dialog has no chatter, hence no panel to lead to.
        return hasPanel(record) && !component.env.inDialog ? [record.resModel, record.resId] : [null, null];
    };
    useEffect(
        (model, resId) => {
            if (!resId) {
                state.held = null;
                return;
            }
            const held = store.hold(model, resId);
            state.held = held;
            return () => store.release(held);
        },
        () => wanted()
    );
    return {
        get current() {
            const [model, resId] = wanted();
            const held = state.held;
            return held && held.model === model && held.resId === resId ? held : null;
        },
    };
}
