import { click, contains, defineMailModels, insertText, openFormView, start, startServer } from "@mail/../tests/mail_test_helpers";
import { describe, expect, test } from "@odoo/hoot";
import { press, queryAllTexts, queryFirst, queryText } from "@odoo/hoot-dom";
import { animationFrame, Deferred } from "@odoo/hoot-mock";
import { amountText, webAddress } from "@countersign/panel/words";
import { onRpc, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { user } from "@web/core/user";

describe.current.tags("desktop");
defineMailModels();

const ARCH = `
    <form>
        <sheet>
            <div name="button_box"><widget name="countersign_badge"/></div>
            <widget name="countersign_badge" placement="strip"/>
            <field name="name"/>
        </sheet>
        <chatter/>
    </form>`;

const CREDIT = {
    id: "a1",
    case_id: 41,
    case_url: "https://countersign.example/cases/41",
    kind: "draft_credit_note",
    kind_words: "Dispute, hours or quantity",
    title: "Draft a credit note",
    summary: "6 of the 42 hours have no approval.",
    amount: "1900.0000",
    currency: "EUR",
    certainty: "Likely",
    target: { model: "account.move", res_id: 7, name: "INV/2026/01187" },
    shown: [
        { what: "Hours", now: "42.00", after: "36.00" },
        { what: "Reference", now: "", after: "CN-1" },
    ],
    because: "42 h billed, 36 h approved.",
    effect: "Drafts a credit of 1,900.00 EUR.",
    risk: "financial",
    rule: "CN-2",
    rule_says: "credits of 500.00 EUR or more need a controller.",
    approvals_required: 2,
    approvals_given: ["Clara Engel"],
    waiting_for: "A finance controller must approve after you.",
    state: "open",
    evidence: [{ quote: "nur 36 Stunden", source: "Mail of 20 Nov 2026" }],
    warnings: ["The invoice was partly paid."],
    content_hash: "hash-1",
    editable: [{ name: "quantity", label: "Hours to credit", value: "6.00" }],
    may: { confirm: true, edit: true, reject: true, why_not: "" },
    reject_reasons: [
        { code: "wrong_amount", label: "Wrong amount" },
        { code: "other", label: "Something else" },
    ],
};
const READY = {
    state: "ready",
    person: { can_decide: true, why_not: "" },
    inbox_url: "https://countersign.example/inbox",
    suggestions: [CREDIT],
    cases: [],
};
const DONE = { state: "done", result: "confirmed", written: "applied", says: "Confirmed. Odoo has the change.", differences: [], made: null };

/** A form of a contact whose panel gets `answers` one after the other (the last one for ever). */
async function openContact(answers, { decided = DONE, names = ["Hafenwerk"], isInternalUser = true } = {}) {
    const pyEnv = await startServer();
    const ids = pyEnv["res.partner"].create(names.map((name) => ({ name })));
    const asked = [];
    const decisions = [];
    onRpc("/countersign/panel", async (request) => {
        const { params } = await request.json();
        asked.push(params);
        return typeof answers === "function"
            ? answers(params)
            : answers[Math.min(asked.length, answers.length) - 1];
    });
    onRpc("/countersign/decide", async (request) => {
        const { params } = await request.json();
        decisions.push(params.decision);
        return typeof decided === "function" ? decided(params) : decided;
    });
    await start();
    patchWithCleanup(user, { isInternalUser });
    await openFormView("res.partner", ids[0], { arch: ARCH, resIds: ids });
    return { asked, decisions, ids, pyEnv };
}

test("while the service thinks, the form and its chatter are there", async () => {
    const answer = new Deferred();
    await openContact(() => answer);
    await contains(".o_cs_panel .o_cs_head", { text: "Asking…" });
    await contains(".o-mail-Chatter-sendMessage:enabled");
    await insertText(".o_field_widget[name=name] input", " AG");
    await contains(".o_cs_stat", { count: 0 });
    answer.resolve(READY);
    await contains(".o_cs_suggestion");
    expect(".o_field_widget[name=name] input").toHaveValue("Hafenwerk AG");
});

test("nothing open is one quiet line and no badge", async () => {
    await openContact([{ ...READY, suggestions: [] }]);
    await contains(".o_cs_panel .o_cs_head", { text: "Nothing open here" });
    await contains(".o_cs_suggestion, .o_cs_stat, .o_cs_strip, .o_cs_note", { count: 0 });
});

test("a suggestion says what, how much, why, what changes, on which words, who must approve", async () => {
    await openContact([READY]);
    await contains(".o_cs_suggestion");
    const said = queryText(".o_cs_suggestion");
    for (const words of [
        "Draft a credit note",
        "1,900.00EUR",
        "INV/2026/01187",
        "6 of the 42 hours have no approval.",
        "42 h billed, 36 h approved.",
        "nur 36 Stunden",
        "Mail of 20 Nov 2026",
        "Likely",
        "The invoice was partly paid.",
        "Rule CN-2: credits of 500.00 EUR or more need a controller.",
        "Confirmed by Clara Engel, 1 of 2.",
        "A finance controller must approve after you.",
        "Drafts a credit of 1,900.00 EUR.",
    ]) {
        expect(said).toInclude(words);
    }
    expect(queryAllTexts(".o_cs_diff tbody tr")[0].replace(/\s+/g, " ")).toBe("Hours 42.00 36.00");
    expect(queryAllTexts(".o_cs_diff tbody tr")[1].replace(/\s+/g, " ")).toBe("Reference empty CN-1");
    expect(".o_cs_certainty rect.o_cs_on").toHaveCount(2);
    expect(".o_cs_out").toHaveAttribute("href", "https://countersign.example/cases/41");
    expect(".o_cs_panel").toHaveAttribute("aria-label", "Countersign");
});

test("what touches money comes first within its case; cases keep their order", async () => {
    const step = (id, case_id, risk) => ({ ...CREDIT, id, case_id, risk, title: id });
    const suggestions = [step("note", 41, "advisory"), step("mark", 41, "operational"), step("credit", 41, "financial"), step("other", 42, "financial")];
    await openContact([{ ...READY, suggestions }]);
    await contains(".o_cs_suggestion", { count: 4 });
    expect(queryAllTexts(".o_cs_title")).toEqual(["credit", "mark", "note", "other"]);
});

test("what came back or is on its way says so, comes after what is open, and cannot be confirmed", async () => {
    const may = { confirm: false, edit: false, reject: true, why_not: "" };
    const suggestions = [
        { ...CREDIT, id: "old", state: "stale", may, title: "Old" },
        { ...CREDIT, id: "sent", state: "confirmed", may: { ...may, reject: false }, title: "Sent" },
        { ...CREDIT, id: "new", title: "New" },
    ];
    await openContact([{ ...READY, suggestions }]);
    await contains(".o_cs_suggestion", { count: 3 });
    await contains(".o_cs_stat", { text: "2Countersign" });
    expect(queryAllTexts(".o_cs_title")).toEqual(["New", "Old", "Sent"]);
    expect(queryAllTexts(".o_cs_state")).toEqual(["changed in Odoo meanwhile", "on its way to Odoo"]);
    await click(".o_cs_suggestion[data-state=stale] .o_cs_fold");
    await contains(".o_cs_suggestion[data-state=stale] .o_cs_reject");
    await click(".o_cs_suggestion[data-state=confirmed] .o_cs_fold");
    await contains(".o_cs_suggestion .o_cs_primary", { count: 1 });
    await contains(".o_cs_suggestion[data-state=confirmed] .o_cs_actions", { count: 0 });
});

test("long values stand below each other, empty ones are said", async () => {
    const shown = [{ what: "Reply", now: "(none)", after: "Guten Tag, vielen Dank für Ihre Bestellnummer." }];
    await openContact([{ ...READY, suggestions: [{ ...CREDIT, shown }] }]);
    await contains(".o_cs_long ins", { text: shown[0].after });
    await contains(".o_cs_long del", { count: 0 });
});

test("nothing is said twice", async () => {
    const credit = {
        ...CREDIT,
        title: "Draft a credit note of 1,900.00 EUR",
        kind_words: "Draft a credit note",
        evidence: [
            { quote: "6 Stunden", source: "Mail of 20 Nov 2026" },
            { quote: "900,00 EUR", source: "Mail of 20 Nov 2026" },
            { quote: CREDIT.because, source: "Odoo: INV/2026/01187" },
        ],
    };
    const other = { ...CREDIT, id: "a2", title: "Pause reminders" };
    await openContact([{ ...READY, suggestions: [credit, other] }]);
    await contains(".o_cs_suggestion", { count: 2 });
    await contains(".o_cs_summary", { count: 1 });
    expect(queryAllTexts(".o_cs_suggestion:first figcaption")).toEqual(["Mail of 20 Nov 2026", "Odoo: INV/2026/01187"]);
    expect(".o_cs_suggestion:first mark").toHaveCount(3);
    expect(".o_cs_suggestion:first .o_cs_money").toHaveCount(0);
    expect(".o_cs_suggestion:first .o_cs_because").toHaveCount(0);
    expect(queryText(".o_cs_suggestion:first .o_cs_kind")).not.toInclude("Draft a credit note");
    expect(".o_cs_suggestion:last .o_cs_money").toHaveCount(1);
});

test("an opened record costs one request, for the panel and both badges", async () => {
    const { asked, ids } = await openContact([READY]);
    await contains(".o_cs_stat", { text: "1Countersign" });
    await contains(".o_cs_strip", { count: 1 });
    await animationFrame();
    expect(asked.map((params) => [params.model, params.res_id])).toEqual([["res.partner", ids[0]]]);
});

test("the badge leads to the panel, and gives it the focus", async () => {
    await openContact([READY]);
    await contains(".o_cs_suggestion");
    await click(".o_cs_stat");
    await animationFrame();
    expect(".o_cs_panel").toBeFocused();
});

test("of several suggestions the first is unfolded; the others unfold by key", async () => {
    const others = ["a2", "a3"].map((id) => ({ ...CREDIT, id, title: `Step ${id}` }));
    await openContact([{ ...READY, suggestions: [CREDIT, ...others] }]);
    await contains(".o_cs_stat", { text: "3Countersign" });
    await contains(".o_cs_suggestion", { count: 3 });
    await contains(".o_cs_primary", { count: 1 });
    queryFirst(".o_cs_suggestion[data-suggestion=a3] .o_cs_fold").focus();
    await press("Enter");
    await contains(".o_cs_primary", { count: 2 });
    expect(".o_cs_suggestion[data-suggestion=a3] .o_cs_fold").toHaveAttribute("aria-expanded", "true");
});

test("when the service cannot be reached, the panel says so, and tries again when asked to", async () => {
    const { asked } = await openContact([{ state: "unreachable", says: "Countersign cannot be reached." }, READY]);
    await contains(".o_cs_note", { text: "Countersign cannot be reached." });
    await contains(".o_cs_note p:contains(This form works as usual)");
    await contains(".o_cs_stat", { count: 0 });
    await click(".o_cs_button:contains(Try again)");
    await contains(".o_cs_suggestion");
    expect(asked.map((params) => params.fresh)).toEqual([false, true]);
});

test("a failing request shows a sentence and no dialog", async () => {
    await openContact(() => {
        throw new Error("boom");
    });
    await contains(".o_cs_note");
    await contains(".o_error_dialog, .modal", { count: 0 });
});

test("who is not configured for it sees nothing; an administrator is told", async () => {
    await openContact([{ state: "not_configured", says: "" }]);
    await contains(".o-mail-Chatter-topbar");
    await animationFrame();
    await contains(".o_cs_panel", { count: 0 });
});

test("a person without a role can look, not decide, and is told why", async () => {
    await openContact([{ ...READY, person: { can_decide: false, why_not: "You are not linked to a person." } }]);
    await contains(".o_cs_look", { text: "You can look here, not decide. You are not linked to a person." });
    await contains(".o_cs_suggestion .o_cs_evidence");
    await contains(".o_cs_actions", { count: 0 });
});

test("a step that is not this person's says why its button is closed", async () => {
    const may = { confirm: false, edit: false, reject: false, why_not: "You confirmed this already." };
    const { decisions } = await openContact([{ ...READY, suggestions: [{ ...CREDIT, may }] }]);
    await contains(".o_cs_effect", { text: "You confirmed this already." });
    expect(".o_cs_primary").toHaveAttribute("aria-disabled", "true");
    await click(".o_cs_primary");
    await animationFrame();
    expect(decisions).toEqual([]);
});

test("confirming sends what was seen, reloads the form, says what became of it", async () => {
    const made = { model: "account.move", id: 9, name: "Draft Credit Note" };
    const { asked, decisions } = await openContact([READY, { ...READY, suggestions: [] }], {
        decided: { ...DONE, made },
    });
    await click(".o_cs_primary");
    await contains(".o_cs_good", { text: "Confirmed. Odoo has the change." });
    await contains(".o_cs_good .o_cs_link", { text: "Open Draft Credit Note" });
    await contains(".o_cs_suggestion, .o_cs_stat", { count: 0 });
    expect(decisions).toEqual([{ verdict: "confirm", suggestion_id: "a1", content_hash: "hash-1" }]);
    expect(asked.length).toBe(2);
    expect(asked[1].fresh).toBe(true);
    expect(".o_cs_panel > .o_cs_note").toBeFocused();
    await click(".o_cs_close");
    await contains(".o_cs_good", { count: 0 });
});

test("stale: nothing was written, and both values stand side by side", async () => {
    await openContact([READY], {
        decided: {
            ...DONE,
            written: "stale",
            says: "Nothing was written. INV/2026/01187 has changed since it was reviewed: ref.",
            differences: [{ field: "ref", expected: null, actual: "typed by somebody" }],
        },
    });
    await click(".o_cs_primary");
    await contains(".o_cs_note_text p:contains(Nothing was written.)");
    expect(queryAllTexts(".o_cs_caution .o_cs_diff tbody tr")[0].replace(/\s+/g, " ")).toBe(
        "ref empty typed by somebody"
    );
});

test("a form with changes asks to be saved first", async () => {
    const { decisions, pyEnv, ids } = await openContact([READY]);
    await contains(".o_cs_suggestion");
    await insertText(".o_field_widget[name=name] input", "Werft", { replace: true });
    await click(".o_cs_primary");
    await contains(".o_cs_form p:contains(changes that are not saved)");
    expect(decisions).toEqual([]);
    expect(".o_cs_save").toBeFocused();
    await click(".o_cs_save");
    await contains(".o_cs_good");
    expect(decisions.length).toBe(1);
    expect(pyEnv["res.partner"].browse(ids[0])[0].name).toBe("Werft");
});

test("what is not saved stays as it is when the person thinks better of it", async () => {
    const { decisions } = await openContact([READY]);
    await contains(".o_cs_suggestion");
    await insertText(".o_field_widget[name=name] input", "Werft", { replace: true });
    await click(".o_cs_primary");
    await contains(".o_cs_save");
    await press("Escape");
    await contains(".o_cs_form", { count: 0 });
    expect(".o_field_widget[name=name] input").toHaveValue("Werft");
    expect(decisions).toEqual([]);
});

test("rejecting needs a reason; none is chosen beforehand", async () => {
    const { decisions } = await openContact([READY, { ...READY, suggestions: [] }], {
        decided: { ...DONE, result: "rejected", written: null, says: "Rejected." },
    });
    await click(".o_cs_reject");
    await contains(".o_cs_choice input", { count: 2 });
    expect(".o_cs_choice input:checked").toHaveCount(0);
    await click(".o_cs_danger_button");
    await contains(".o_cs_missing", { text: "Choose a reason first." });
    await click(".o_cs_choice:contains(Something else) input");
    await insertText(".o_cs_field textarea", "Agreed by phone");
    await click(".o_cs_danger_button");
    await contains(".o_cs_good", { text: "Rejected." });
    expect(decisions).toEqual([
        { verdict: "reject", reason: "other", note: "Agreed by phone", suggestion_id: "a1", content_hash: "hash-1" },
    ]);
});

test("editing sends what was changed; the new version asks for its own decision", async () => {
    const edited = { ...CREDIT, id: "a9", content_hash: "hash-9", amount: "750.00" };
    const { decisions } = await openContact([READY, { ...READY, suggestions: [edited] }], {
        decided: { ...DONE, result: "edited", written: null, says: "Edited; it needs a decision." },
    });
    await click(".o_cs_edit");
    await click(".o_cs_form .o_cs_primary");
    await contains(".o_cs_missing", { text: "Nothing was changed yet." });
    await insertText(".o_cs_field input", "5.00", { replace: true });
    await click(".o_cs_form .o_cs_primary");
    await contains(".o_cs_money", { text: "750.00EUR" });
    expect(decisions).toEqual([
        { verdict: "edit", values: { quantity: "5.00" }, suggestion_id: "a1", content_hash: "hash-1" },
    ]);
});

test("a decision the service refuses leaves the suggestion and says why", async () => {
    await openContact([READY], { decided: { state: "refused", says: "Marc confirmed this at 09:52." } });
    await click(".o_cs_primary");
    await contains(".o_cs_danger", { text: "Marc confirmed this at 09:52." });
    await contains(".o_cs_suggestion");
});

test("two clicks are one decision", async () => {
    const answer = new Deferred();
    const { decisions } = await openContact([READY], { decided: () => answer });
    await contains(".o_cs_primary");
    queryFirst(".o_cs_primary").click();
    queryFirst(".o_cs_primary").click();
    await contains(".o_cs_primary", { text: "Sending…" });
    answer.resolve(DONE);
    await contains(".o_cs_good");
    expect(decisions.length).toBe(1);
});

test("an answer that comes after the record changed is dropped", async () => {
    const late = new Deferred();
    let first;
    const answers = ({ res_id }) => {
        first ??= res_id;
        return res_id === first ? late : { ...READY, suggestions: [{ ...CREDIT, title: "Of the second" }] };
    };
    await openContact(answers, { names: ["First", "Second"] });
    await contains(".o_cs_head", { text: "Asking…" });
    await click(".o_pager_next");
    await contains(".o_cs_title", { text: "Of the second" });
    late.resolve({ ...READY, suggestions: [{ ...CREDIT, title: "Of the first" }] });
    await animationFrame();
    await animationFrame();
    expect(queryAllTexts(".o_cs_title")).toEqual(["Of the second"]);
});

test("the panel asks again when the record was saved, and keeps what it shows meanwhile", async () => {
    const second = new Deferred();
    let count = 0;
    const { asked } = await openContact(() => (++count === 1 ? READY : second));
    await contains(".o_cs_suggestion");
    await insertText(".o_field_widget[name=name] input", "Werft", { replace: true });
    await click(".o_form_button_save");
    await contains(".o_cs_panel[aria-busy=true] .o_cs_suggestion");
    second.resolve({ ...READY, suggestions: [] });
    await contains(".o_cs_head", { text: "Nothing open here" });
    expect(asked.map((params) => params.fresh)).toEqual([false, true]);
});

test("a new record has no panel until it is saved", async () => {
    await startServer();
    onRpc("/countersign/panel", () => READY);
    await start();
    await openFormView("res.partner", undefined, { arch: ARCH });
    await contains(".o-mail-Chatter");
    await contains(".o_cs_panel", { count: 0 });
    await insertText(".o_field_widget[name=name] input", "Neuwerk");
    await click(".o_form_button_save");
    await contains(".o_cs_suggestion");
    await contains(".o_cs_stat");
});

test("a visitor from outside has no panel, and nothing is asked", async () => {
    const { asked } = await openContact([READY], { isInternalUser: false });
    await contains(".o-mail-Chatter-topbar");
    await animationFrame();
    await contains(".o_cs_panel", { count: 0 });
    expect(asked).toEqual([]);
});

test("amounts are written as people write them here, and only web addresses become links", async () => {
    expect(amountText("1234567.8000")).toBe("1,234,567.80");
    expect(amountText("-900")).toBe("−900.00");
    expect(amountText("0.1250")).toBe("0.125");
    expect(amountText("12.00")).toBe("12.00");
    expect(amountText("about 5")).toBe("about 5");
    expect(amountText(null)).toBe("");
    expect(webAddress("https://countersign.example/a")).toBe("https://countersign.example/a");
    expect(webAddress("javascript:alert(1)")).toBe(null);
});
