import { Chatter } from "@mail/chatter/web_portal/chatter";
import { patch } from "@web/core/utils/patch";
import { FormController } from "@web/views/form/form_controller";
import { CountersignPanel } from "./panel";
import { hasPanel } from "./panel_store";

Object.assign(Chatter.components, { CountersignPanel });

patch(Chatter.prototype, {
    get hasCountersign() {
        return hasPanel(this.props.record);
    },
});

patch(FormController.prototype, {
    onWillLoadRoot(next) {
        super.onWillLoadRoot(...arguments);
        const root = this.model.root;
        if (root?.resId && root.resId === next.resId && root.resModel === next.resModel) {
            this.env.services["countersign.panel"]?.touched(root.resModel, root.resId);
        }
    },
});
