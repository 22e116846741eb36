import { Component, useEffect, useRef, useState } from "@odoo/owl";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { useOpenRecord } from "./panel_store";
import { CountersignSuggestion } from "./suggestion";
import { webAddress } from "./words";

const UNFOLDED_AT_MOST = 2;

/** What Countersign suggests for the record of this form, in the chatter's column. */
export class CountersignPanel extends Component {
    static template = "countersign.Panel";
    static components = { CountersignSuggestion };
    static props = { record: Object };

    setup() {
        this.open = useOpenRecord();
        this.action = useService("action");
        this.state = useState({ unfolded: {} });
        this.notice = useRef("notice");
        useEffect(
            (el) => {
                el?.scrollIntoView({ block: "nearest" });
                el?.focus({ preventScroll: true });
            },
            () => [this.notice.el]
        );
        this.root = useRef("root");
        useEffect(
            (el, isCalled) => {
                if (el && isCalled) {
                    this.held.isCalled = false;
                    el.scrollIntoView({ block: "start" });
                    el.focus({ preventScroll: true });
                }
            },
            () => [this.root.el, this.held?.isCalled]
        );
        this.userName = user.name;
    }

    get held() {
        return this.open.current;
    }

    /** loading, none, or the state of the answer; null while there is nothing to show at all. */
    get shows() {
        const held = this.held;
        if (!held) {
            return null;
        }
        if (held.state === "not_configured") {
            return held.says ? held.state : null;
        }
        if (held.state === "ready" && !held.suggestions.length && !this.otherCases.length) {
            return "none";
        }
        return held.state;
    }

    get inbox() {
        return webAddress(this.held.answer.inbox_url);
    }

    /** Cases about this record with nothing to decide in the list above. */
    get otherCases() {
        const shown = new Set(this.held.suggestions.map((suggestion) => suggestion.case_id));
        return (this.held.answer?.cases || [])
            .filter((found) => !shown.has(found.case_id))
            .map((found) => ({ ...found, url: webAddress(found.url) }));
    }

    isFirstOfCase(suggestion, index) {
        return this.held.suggestions.findIndex((found) => found.case_id === suggestion.case_id) === index;
    }

    isUnfolded(suggestion, index) {
        const few = this.held.suggestions.length <= UNFOLDED_AT_MOST;
        return this.state.unfolded[suggestion.id] ?? (few || index === 0);
    }

    fold(suggestion, index) {
        this.state.unfolded[suggestion.id] = !this.isUnfolded(suggestion, index);
    }

    tryAgain() {
        this.held.load({ fresh: true });
    }

    openMade(made) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: made.model,
            res_id: made.id,
            views: [[false, "form"]],
        });
    }

    isElsewhere(made) {
        return made && (made.model !== this.held.model || made.id !== this.held.resId);
    }
}
