import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useOpenRecord } from "./panel_store";

/**
 * How many suggestions are open, and a way to the panel. Once among the buttons above the form; once above the sheet
 * on screens where those buttons fold away (`placement="strip"`).
 */
export class CountersignBadge extends Component {
    static template = "countersign.Badge";
    static props = ["record", "readonly?", "placement?"];

    setup() {
        this.open = useOpenRecord();
    }

    get count() {
        return this.open.current?.count || 0;
    }

    /** With nothing open it is not there; a menu of buttons on a small screen would show a hole instead. */
    get isShown() {
        return this.count > 0 || (this.props.placement !== "strip" && this.env.isSmall);
    }

    goToPanel() {
        this.open.current.isCalled = true;
    }
}

registry.category("view_widgets").add("countersign_badge", {
    component: CountersignBadge,
    extractProps: ({ attrs }) => ({ placement: attrs.placement || "buttons" }),
});
