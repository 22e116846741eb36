"""Operations: what comes in, what waits, how it is decided, how far the readings can be trusted, what it costs."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from app.dashboards.asked import CASES, Query, Rates, rows
from app.dashboards.targets import Targets
from app.dashboards.values import Column, Figure, Line, Section, Table, share

WAITING = ("to_decide", "needs_approval", "stale", "needs_attention")
"""States in which a case waits for a person."""
SORTS = (
    "customer_po", "dispute", "billing_discrepancy", "payment_notice", "billing_request", "security_alert", "no_action",
    "draft", "unread",
)  # fmt: skip
"""Kinds of cases; `draft` are those that hold a text of ours and no message, `unread` those not read yet."""
AGES = ("under_1", "1_2", "3_5", "6_10", "over_10")
"""Days since a case was opened."""
SORT = "coalesce(c.kind, case when c.reading is null then 'unread' else 'draft' end)"
AGE = "width_bucket(extract(epoch from :at - c.opened_at) / 86400, array[1, 3, 6, 11])"

INFLOW = f"from cases c where c.merged_into is null and c.opened_at >= :from_at and c.opened_at < :to_at and {CASES}"
QUEUE = f"from cases c where c.state = any(:waiting) and c.merged_into is null and {CASES}"
FIRST = (
    "with acted as (select s.case_id, min(d.at) as at from decisions d join suggestions s on s.id = d.suggestion_id "
    "where d.at >= :from_at and d.at < :to_at group by 1), "
    "first as (select a.case_id, a.at from acted a join cases c on c.id = a.case_id "
    f"where {CASES} and not exists (select from suggestions s join decisions d on d.suggestion_id = s.id "
    "where s.case_id = a.case_id and d.at < :from_at)) "
)
"""SQL: cases of which a step was decided for the first time in the time asked for."""
PROMISED = (
    "with answered as (select c.id, c.deadline, cast(least(c.closed_at, (select min(d.at) from suggestions s "
    "join decisions d on d.suggestion_id = s.id where s.case_id = c.id)) at time zone 'UTC' as date) as on_day "
    f"from cases c where c.deadline between :since and :until and c.merged_into is null and {CASES}) "
)
"""SQL: cases to be answered by a day of the time asked for, and the day of the first decision or the end."""
STEPS = (
    "with verdict as (select d.suggestion_id, bool_or(d.verdict = 'reject') as is_rejected, "
    "max(d.reason_code) filter (where d.verdict = 'reject') as why from decisions d "
    "where d.at >= :from_at and d.at < :to_at group by 1), "
    "step as (select s.id, s.kind, s.case_id, v.why, case when v.is_rejected then 'rejected' "
    "when s.made_by is not null then 'edited' else 'unchanged' end as outcome "
    "from verdict v join suggestions s on s.id = v.suggestion_id join cases c on c.id = s.case_id "
    f"where s.state <> 'superseded' and s.kind <> 'take_back' and {CASES} "
    "and not exists (select from decisions e where e.suggestion_id = v.suggestion_id and e.at < :from_at)) "
)
"""SQL: steps that were decided for the first time in the time asked for; those taken back are none."""
READ = (
    FIRST + ", said as (select distinct on (a.case_id) a.case_id, c.reason as settled, "
    "a.content -> 'classification' ->> 'reason' as reason, a.content -> 'classification' ->> 'reading' as reading, "
    "cast(a.content -> 'classification' ->> 'confidence' as numeric) as confidence, "
    "a.content -> 'classification' -> 'votes' as votes "
    "from first f join cases c on c.id = f.case_id join assessments a on a.case_id = f.case_id and a.made_at <= f.at "
    "where not exists (select from detections t where t.case_id = f.case_id) "
    "and not jsonb_path_exists(a.content, '$.classification.votes[*] ? (@.reader == \"person\")') "
    "order by a.case_id, a.made_at desc, a.id desc), "
    "read as materialized (select s.*, s.reason = s.settled and not exists (select from suggestions g "
    "join decisions d on d.suggestion_id = g.id where g.case_id = s.case_id and d.reason_code = 'wrong_reading') "
    "as is_right, cast(least(9, floor(s.confidence * 10)) as int) as bin from said s where s.reason is not null) "
)
"""SQL: what software last said of those cases before a person decided, and whether that stood."""
CALLS = (
    "from llm_calls k where k.at >= :from_at and k.at < :to_at and (not :is_narrowed or exists "
    f"(select from cases c where c.id = k.case_id and {CASES})) "
)
"""SQL: questions to a model."""
_BUCKETS = ((45, "day"), (270, "week"))


def bucket(since: date, until: date) -> str:
    """In what steps of time so many days are shown: day, week or month."""
    days = (until - since).days + 1
    return next((name for most, name in _BUCKETS if days <= most), "month")


def section(session: Session, query: Query, rates: Rates, targets: Targets) -> Section:
    """The operations dashboard."""
    steps = _steps(session, query)
    readings, earlier = _readings(session, query), _readings(session, query.before())
    return Section(
        "operations",
        (
            *_waiting(session, query, rates),
            _first_decision(session, query),
            _in_time(session, query, targets),
            *_rates(steps, _steps(session, query.before())),
            _right_when_sure(readings, earlier),
            _attention(session, query),
            _cost_per_case(session, query),
        ),
        (
            _inflow(session, query), _queue(session, query, rates), _calibration(readings), steps,
            _readers(readings), _failures(session, query), _cost(session, query),
        ),
    )  # fmt: skip


def _waiting(session: Session, query: Query, rates: Rates) -> tuple[Figure, ...]:
    found = rows(
        session, f"select c.currency, count(*), sum(c.at_stake), "
        f"count(*) filter (where c.deadline < :today) {QUEUE} group by 1", query, waiting=list(WAITING),
    )  # fmt: skip
    at_stake = sum((rates.own(amount, currency) for currency, _, amount, _ in found), Decimal(0))
    return (
        Figure(
            "waiting", Decimal(sum(r[1] for r in found)), "count", currency=rates.currency,
            beside={"at_stake": rates.rounded(at_stake), "overdue": sum(r[3] for r in found)},
        ),
    )  # fmt: skip


def _first_decision(session: Session, query: Query) -> Figure:
    sql = FIRST + (
        "select count(*), cast(percentile_cont(0.5) within group "
        "(order by extract(epoch from f.at - c.opened_at) / 60) as numeric) "
        "from first f join cases c on c.id = f.case_id"
    )
    count, median = rows(session, sql, query)[0]
    _, before = rows(session, sql, query.before())[0]
    return Figure("first_decision", median, "minutes", whole=count, before=before, missing="" if count else "none")


def _in_time(session: Session, query: Query, targets: Targets) -> Figure:
    sql = PROMISED + (
        "select count(*) filter (where on_day <= deadline), "
        "count(*) filter (where on_day is not null or deadline < :today) from answered"
    )
    kept, whole = rows(session, sql, query)[0]
    earlier = rows(session, sql, query.before())[0]
    return Figure(
        "in_time", share(kept, whole), "share", kept, whole, share(*earlier), target=targets.answered_in_time,
        missing="" if whole else "none",
    )  # fmt: skip


def _steps(session: Session, query: Query) -> Table:
    found = rows(
        session, STEPS + "select kind, count(*), count(*) filter (where outcome = 'unchanged'), "
        "count(*) filter (where outcome = 'edited'), count(*) filter (where outcome = 'rejected'), "
        "mode() within group (order by why) filter (where outcome = 'rejected') from step "
        "group by 1 order by 2 desc, 1", query,
    )  # fmt: skip
    columns = (*map(Column, ("decided", "unchanged", "edited", "rejected")), Column("why", "reject_reason"))
    return Table("steps", "step", columns, tuple(Line(r[0], (*r[1:5], r[5] or "")) for r in found))


def _rates(steps: Table, before: Table) -> tuple[Figure, ...]:
    whole, earlier = int(steps.total("decided")), int(before.total("decided"))

    def one(code: str, *columns: str) -> Figure:
        part = int(sum(steps.total(c) for c in columns))
        was = int(sum(before.total(c) for c in columns))
        beside = {"rejected": int(steps.total("rejected"))}
        return Figure(
            code, share(part, whole), "share", part, whole, share(was, earlier), beside=beside,
            missing="" if whole else "none",
        )  # fmt: skip

    return one("unchanged", "unchanged"), one("overridden", "edited", "rejected"), one("rejected", "rejected")


@dataclass(frozen=True, slots=True)
class _Said:
    """Readings of one bin of ten and one word: how many, how many were right, the sum of what was said."""

    bin: int
    reading: str
    cases: int
    right: int
    confidence: Decimal


@dataclass(frozen=True, slots=True)
class _Readings:
    """What was said of the cases first decided in a time, and what each reader said of them."""

    said: tuple[_Said, ...]
    readers: tuple[Line, ...]

    def sure(self) -> tuple[int, int]:
        """Right ones, of those called Sure."""
        sure = [s for s in self.said if s.reading == "Sure"]
        return sum(s.right for s in sure), sum(s.cases for s in sure)


def _readings(session: Session, query: Query) -> _Readings:
    found = rows(
        session, READ + "select 'said', reading, bin, count(*), count(*) filter (where is_right), sum(confidence) "
        "from read group by 2, 3 union all "
        "select 'reader', v ->> 'reader', null, count(*), count(*) filter (where v ->> 'reason' is not null), "
        "count(*) filter (where v ->> 'reason' = r.settled and (r.is_right or v ->> 'reason' <> r.reason)) "
        "from read r cross join lateral jsonb_array_elements(r.votes) v group by 2", query,
    )  # fmt: skip
    said = tuple(_Said(int(r[2]), r[1], r[3], r[4], r[5]) for r in found if r[0] == "said")
    readers = sorted(((r[1], r[3], r[4], int(r[5])) for r in found if r[0] == "reader"), key=lambda r: (-r[1], r[0]))
    return _Readings(said, tuple(Line(r[0], r[1:]) for r in readers))


def _right_when_sure(readings: _Readings, before: _Readings) -> Figure:
    right, whole = readings.sure()
    return Figure(
        "right_when_sure", share(right, whole), "share", right, whole, share(*before.sure()), target=Decimal("0.95"),
        missing="" if whole else "none",
    )  # fmt: skip


def _attention(session: Session, query: Query) -> Figure:
    sql = (
        f"select (select count(*) from cases c where c.state = 'needs_attention' and {CASES}), "
        f"(select count(*) from case_steps t join cases c on c.id = t.case_id where t.state = 'failed' and {CASES}), "
        "(select count(*) from write_backs w join suggestions s on s.id = w.suggestion_id "
        f"join cases c on c.id = s.case_id where w.state = 'failed' and s.state <> 'superseded' and {CASES})"
    )
    cases, steps, writes = rows(session, sql, query)[0]
    return Figure("attention", Decimal(cases), "count", beside={"dead_letters": steps + writes})


def _cost_per_case(session: Session, query: Query) -> Figure:
    sql = (
        "select k.currency, sum(k.cost), count(distinct k.case_id), count(*), "
        f"count(*) filter (where k.cost is null) {CALLS} group by 1 order by 4 desc"
    )
    found = rows(session, sql, query)
    if not found:
        return Figure("cost_per_case", None, "cost", missing="no_model")
    currency, cost, cases, questions, unpriced = found[0]
    earlier = next((r for r in rows(session, sql, query.before()) if r[0] == currency), None)
    if cost is None or unpriced == questions:
        return Figure("cost_per_case", None, "cost", whole=questions, missing="no_price")
    before = earlier[1] / earlier[2] if earlier and earlier[1] is not None and earlier[2] else None
    return Figure(
        "cost_per_case", cost / cases if cases else None, "cost", whole=cases, before=before, currency=currency,
        beside={"cost": cost}, missing="" if cases else "none",
    )  # fmt: skip


def _inflow(session: Session, query: Query) -> Table:
    by = bucket(query.asked.since, query.asked.until)
    found = rows(
        session, "select cast(date_trunc(:by, c.opened_at at time zone 'UTC') as date) as day, "
        f"{SORT} as sort, count(*) {INFLOW} group by 1, 2", query, by=by,
    )  # fmt: skip
    counts: dict[date, dict[str, int]] = defaultdict(dict)
    for day, sort, count in found:
        counts[day][sort] = count
    sorts = [s for s in SORTS if any(s in of_day for of_day in counts.values())]
    lines = []
    for day in _days(query.asked.since, query.asked.until, by):
        if by == "day" and day.weekday() > 4 and not any(d.weekday() > 4 for d in counts):
            continue  # nothing ever comes on a day off
        of_day = counts.get(day, {})
        lines.append(Line(day.isoformat(), (*(of_day.get(s, 0) for s in sorts), sum(of_day.values()))))
    return Table("inflow", by, tuple(map(Column, (*sorts, "all"))), tuple(lines))


def _days(since: date, until: date, by: str) -> list[date]:
    """First days of the steps of time that these days lie in."""
    if by == "month":
        months = range(since.year * 12 + since.month - 1, until.year * 12 + until.month)
        return [date(m // 12, m % 12 + 1, 1) for m in months]
    first = since - timedelta(days=since.weekday()) if by == "week" else since
    width = 7 if by == "week" else 1
    return [first + timedelta(days=n) for n in range(0, (until - first).days + 1, width)]


def _queue(session: Session, query: Query, rates: Rates) -> Table:
    found = rows(
        session, f"select {AGE} as age, c.currency, count(*), sum(c.at_stake) {QUEUE} group by 1, 2", query,
        waiting=list(WAITING),
    )  # fmt: skip
    counts, amounts = [0] * len(AGES), [Decimal(0)] * len(AGES)
    for age, currency, count, amount in found:
        counts[age] += count
        amounts[age] += rates.own(amount, currency)
    columns = (Column("cases"), Column("at_stake", "money", rates.currency))
    lines = tuple(Line(key, (counts[n], rates.rounded(amounts[n]))) for n, key in enumerate(AGES))
    return Table("queue", "age", columns, lines)


def _calibration(readings: _Readings) -> Table:
    """How often readings were right, by what was said of them; intervals are Wilson's, of 95%."""
    lines = []
    for number in sorted({s.bin for s in readings.said}):
        of_bin = [s for s in readings.said if s.bin == number]
        whole, right = sum(s.cases for s in of_bin), sum(s.right for s in of_bin)
        said = sum((s.confidence for s in of_bin), Decimal(0)) / whole
        lines.append(Line(str(number), (said, Decimal(right) / whole, *wilson(right, whole), whole)))
    columns = (*(Column(c, "share") for c in ("said", "right", "low", "high")), Column("cases"))
    return Table("calibration", "bin", columns, tuple(lines))


def wilson(part: int, whole: int) -> tuple[Decimal, Decimal]:
    """The 95% interval of a share, by Wilson's score."""
    z, n = Decimal("1.96"), Decimal(whole)
    p = Decimal(part) / n
    middle = p + z * z / (2 * n)
    width = z * (p * (1 - p) / n + z * z / (4 * n * n)).sqrt()
    scale = 1 + z * z / n
    return max(Decimal(0), (middle - width) / scale), min(Decimal(1), (middle + width) / scale)


def _readers(readings: _Readings) -> Table:
    said = [s for s in readings.said if s.reading != "Unsure"]
    together = (sum(s.cases for s in readings.said), sum(s.cases for s in said), sum(s.right for s in said))
    lines = (*readings.readers, Line("together", together)) if readings.readers else ()
    return Table("readers", "reader", tuple(map(Column, ("cases", "said", "right"))), lines)


def _failures(session: Session, query: Query) -> Table:
    """What failed and still stands, and what failed in the time asked for."""
    steps = rows(
        session, "select t.stage, count(*), 0 from case_steps t join cases c on c.id = t.case_id "
        f"where t.state = 'failed' and {CASES} group by 1 order by 1", query,
    )  # fmt: skip
    writes = rows(
        session, "select w.state, "
        "count(*) filter (where s.state <> 'superseded' and c.state not in ('done', 'closed')), "
        "count(*) filter (where w.queued_at >= :from_at and w.queued_at < :to_at) "
        "from write_backs w join suggestions s on s.id = w.suggestion_id join cases c on c.id = s.case_id "
        f"where w.state in ('failed', 'refused', 'stale') and {CASES} group by 1 order by 1", query,
    )  # fmt: skip
    calls = rows(
        session, f"select k.outcome, count(*) {CALLS} "
        "and k.outcome not in ('answered', 'from_cache', 'reserved') group by 1 order by 1", query,
    )  # fmt: skip
    lines = [
        *(Line(f"step:{stage}", (open_now, None)) for stage, open_now, _ in steps),
        *(Line(f"write:{state}", (open_now, in_time)) for state, open_now, in_time in writes),
        *(Line(f"model:{outcome}", (None, count)) for outcome, count in calls),
    ]
    return Table("failures", "failure", (Column("standing"), Column("in_this_time")), tuple(lines))


def _cost(session: Session, query: Query) -> Table:
    found = rows(
        session, "select k.purpose, k.model, max(k.currency), count(*), "
        "count(*) filter (where k.outcome in ('answered', 'from_cache')), "
        "sum(k.prompt_tokens + k.completion_tokens), "
        "cast(percentile_cont(0.5) within group (order by k.seconds) "
        "filter (where k.outcome = 'answered') as numeric), "
        f"sum(k.cost) {CALLS} group by 1, 2 order by 4 desc, 1, 2", query,
    )  # fmt: skip
    currency = found[0][2] if found else ""
    columns = (
        Column("questions"), Column("answered"), Column("tokens"), Column("seconds", "seconds"),
        Column("cost", "cost", currency),
    )  # fmt: skip
    lines = tuple(
        Line(f"{r[0]}|{r[1]}", (r[3], r[4], r[5], r[6], r[7] if r[2] == currency else None), name=f"{r[0]}, {r[1]}")
        for r in found
    )
    return Table("cost", "question", columns, lines)
