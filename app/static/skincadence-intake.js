/**
 * <skincadence-intake>: the questions before a microdermabrasion treatment, and the plan that follows from the answers.
 *
 *   <script type="module" src="https://…/static/skincadence-intake.js"></script>
 *   <skincadence-intake form="frm_…"></skincadence-intake>
 *
 * Attributes: `form` (the public id of a form) or `key` (a publishable key), `base` (the address of the service; where
 * this script came from, if absent), `language`. Events, which bubble and leave the shadow: `plan` when a plan is shown,
 * `book` when one was stored; `detail` holds `recommendation_id`, `read_token`, `bookable`, `decision`.
 *
 * Nothing is written as HTML, no style stands in an attribute, nothing is kept on the device, and nobody is called but
 * the service. All words come from it.
 */

const ORIGIN = new URL(import.meta.url).origin;
const DAY = 86_400_000;
const LONGEST_RADIO_LIST = 7;

/* --- Small tools ---------------------------------------------------------------------------------------------- */

/** Makes an element; whatever comes from elsewhere becomes text. */
function make(namespace, name, attributes, children) {
  const made = document.createElementNS(namespace, name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(key, "");
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(key, value);
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false && child !== "") made.append(child);
  }
  return made;
}

const h = (name, attributes = {}, ...children) => make("http://www.w3.org/1999/xhtml", name, attributes, children);
const s = (name, attributes = {}, ...children) => make("http://www.w3.org/2000/svg", name, attributes, children);
const list = (items) => h("ul", {}, ...items.map((item) => h("li", {}, item)));
const pairs = (rows) => h("dl", {}, ...[...rows].map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
const unique = (items) => [...new Set(items)];
const round = (number) => Math.round(number * 10) / 10;
const ordinal = (iso) => Date.parse(`${iso}T00:00:00Z`) / DAY;
const dated = (day) => new Date(day * DAY);
const differs = (one, other) => JSON.stringify(one) !== JSON.stringify(other);

/** Something that the visitor is told, by the key of its words. */
class Trouble extends Error {
  constructor(key, problem = {}) {
    super(key);
    this.key = key;
    this.problem = problem;
  }
}

/** The words of one language, and its dates, numbers and lists. */
class Words {
  constructor(form) {
    this.words = form.words;
    this.left = form.left;
    this.rtl = form.direction === "rtl";
    const locale = form.language === "en" ? "en-GB" : form.language;
    const digits = { numberingSystem: "latn" }, utc = { timeZone: "UTC", ...digits };
    this.plurals = new Intl.PluralRules(locale);
    this.numbers = new Intl.NumberFormat(locale, digits);
    this.lists = new Intl.ListFormat(locale);
    this.days = new Intl.DateTimeFormat(locale, { day: "numeric", month: "long", year: "numeric", ...utc });
    this.monthNames = new Intl.DateTimeFormat(locale, { month: "short", year: "2-digit", ...utc });
  }

  /** A text of the page; what stands in braces is filled in where a value is given. */
  say(key, values = {}) {
    return this.fill(this.words[key] ?? "", values);
  }

  fill(text, values) {
    return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  }

  /** The name of what follows it. */
  named(name) {
    return `${this.fill(this.words.named, { name })} `;
  }

  label(key) {
    return this.words[key] ?? key;
  }

  number(value) {
    return this.numbers.format(value);
  }

  list(items) {
    return this.lists.format(items);
  }

  day(iso) {
    return this.days.format(new Date(`${iso}T00:00:00Z`));
  }

  span(first, last) {
    return this.days.formatRange(new Date(`${first}T00:00:00Z`), new Date(`${last}T00:00:00Z`));
  }

  month(day) {
    return this.monthNames.format(dated(day));
  }

  countLeft(count) {
    return this.fill(this.left[this.plurals.select(count)] ?? this.left.other, { count: this.number(count) });
  }
}

/* --- Looks ---------------------------------------------------------------------------------------------------- */

const STYLE = `
:host {
  display: block; container-type: inline-size; color-scheme: var(--scheme, light);
  --ink: var(--skincadence-text, #1d2430); --quiet: var(--skincadence-muted, #4d5768);
  --paper: var(--skincadence-background, #fff); --field: var(--skincadence-surface, #f5f6f8);
  --line: var(--skincadence-border, #7a8494); --accent: var(--skincadence-accent, #1b5e7d);
  --on-accent: var(--skincadence-accent-text, #fff); --ring: var(--skincadence-focus, #b3420e);
  --round: var(--skincadence-radius, .5rem);
}
:host([hidden]) { display: none; }
*, ::before, ::after { box-sizing: border-box; }
.box {
  color: var(--ink); background: var(--paper); border-radius: var(--round); padding: clamp(.75rem, 4cqi, 2rem);
  font: 1.0625rem/1.55 var(--skincadence-font, system-ui, sans-serif); overflow-wrap: anywhere; text-align: start;
}
h2 { font-size: 1.5em; line-height: 1.25; margin: 0 0 .5em; }
h3 { font-size: 1.2em; line-height: 1.3; margin: 0 0 .5em; }
h4 { font-size: 1em; margin: 1em 0 .25em; }
p { margin: 0 0 .5em; }
ul { margin: 0 0 .5em; padding-inline-start: 1.2em; }
li { margin-block: .35em; }
a { color: var(--accent); }
a:focus-visible, button:focus-visible, summary:focus-visible, input:focus-visible, select:focus-visible, [tabindex]:focus-visible {
  outline: 3px solid var(--ring); outline-offset: 2px;
}
h2:focus { outline: none; }
.quiet, small, caption { color: var(--quiet); font-size: .9em; }
small { display: block; }
.unseen { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.left { font-weight: 600; }
.contact a { display: inline-block; padding-block: .25em; font-weight: 600; }
fieldset { border: 0; margin: 0 0 1.25rem; padding: 0; min-inline-size: 0; }
legend { font-weight: 600; padding: 0; margin-block-end: .35rem; }
legend .quiet { font-weight: 400; }
fieldset.wrong { border-inline-start: 4px solid var(--skincadence-danger, #a3121f); padding-inline-start: .75rem; }
.error { color: var(--skincadence-danger, #a3121f); font-weight: 600; }
.answers { display: grid; gap: .4rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 15rem), 1fr)); }
.few { display: flex; flex-wrap: wrap; }
.few .answer { flex: 1 1 auto; }
.answer {
  display: flex; gap: .6rem; align-items: start; min-block-size: 2.75rem; padding: .55rem .75rem; cursor: pointer;
  background: var(--field); border: 1px solid var(--line); border-radius: var(--round);
}
.answer:has(:checked) { border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); }
.answer input { flex: none; inline-size: 1.25rem; block-size: 1.25rem; margin: .15rem 0 0; accent-color: var(--accent); }
.typed { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem; margin-block-end: .4rem; }
input:not([type=checkbox], [type=radio]), select {
  font: inherit; color: inherit; background: var(--field); border: 1px solid var(--line); border-radius: var(--round);
  padding: .5rem .75rem; min-block-size: 2.75rem; max-inline-size: 100%;
}
input[inputmode=numeric] { inline-size: 6rem; }
.buttons { display: flex; flex-wrap: wrap; gap: .75rem; margin-block: 1rem; }
.buttons:empty { display: none; }
button {
  font: inherit; font-weight: 600; min-block-size: 2.75rem; padding: .5rem 1.25rem; cursor: pointer; max-inline-size: 100%;
  border: 1px solid var(--accent); border-radius: var(--round); color: var(--accent); background: var(--paper);
}
button[type=submit], button.primary { color: var(--on-accent); background: var(--accent); }
button:disabled { cursor: progress; }
.problems { border: 2px solid var(--skincadence-danger, #a3121f); border-radius: var(--round); padding: .75rem 1rem; margin-block-end: 1rem; }
.decision { font-size: 1.3em; font-weight: 700; border-inline-start: 6px solid var(--accent); padding-inline-start: .75rem; }
.is-defer, .is-clinician_review { border-color: #8a5a00; }
.is-not_suitable, .is-refer_urgent { border-color: var(--skincadence-danger, #a3121f); }
.part { margin-block: 1.75rem; }
.warning { border: 2px solid var(--skincadence-danger, #a3121f); border-radius: var(--round); padding: 1rem; }
dl { margin: 0 0 1rem; }
dl div { display: flex; flex-wrap: wrap; gap: 0 1rem; padding-block: .3rem; border-block-end: 1px solid color-mix(in srgb, var(--line) 35%, transparent); }
dt { flex: 1 1 10rem; color: var(--quiet); }
dd { flex: 2 1 14rem; margin: 0; }
summary { cursor: pointer; color: var(--accent); padding-block: .35rem; min-block-size: 1.75rem; }
summary h3 { display: inline; }
.basis, .why { font-size: .9em; }
.days { display: flex; flex-wrap: wrap; gap: 0 1.25rem; list-style: none; padding: 0; }
.days li { margin: 0; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; inline-size: 100%; overflow-wrap: normal; }
caption { text-align: start; padding-block-end: .5rem; }
th, td { text-align: start; vertical-align: top; padding-block: .4rem; padding-inline: 0 .5rem; border-block-start: 1px solid color-mix(in srgb, var(--line) 45%, transparent); }
.why td { border: 0; padding-block-start: 0; }
figure { margin: 0 0 1rem; }
figcaption { display: flex; flex-wrap: wrap; gap: 0 1.25rem; }
svg { display: block; max-inline-size: 100%; font: 12px var(--skincadence-font, system-ui, sans-serif); fill: var(--quiet); }
svg .grid { stroke: var(--line); stroke-opacity: .35; }
svg .event { stroke: var(--ring); stroke-width: 2; stroke-dasharray: 5 4; }
svg .window { fill: var(--accent); fill-opacity: .45; }
svg .open { fill-opacity: .25; }
svg circle, svg .mark { fill: var(--accent); stroke: var(--paper); stroke-width: 2; }
svg .number { fill: var(--on-accent); font-weight: 700; font-size: 11px; }
@container (max-width: 26rem) { th, td { font-size: .85em; } }
@media (prefers-reduced-motion: no-preference) { .answer { transition: border-color .15s; } }
@media (forced-colors: active) { svg text, svg .window, svg circle, svg .mark { fill: CanvasText; } svg .number { fill: Canvas; } }
@media print { .buttons, [part=booking] { display: none; } .box { padding: 0; } }
`;

/* --- The plan ------------------------------------------------------------------------------------------------- */

const ELSEWHERE = new Set(["pre_care", "aftercare", "combination", "reaction", "red_flag", "expectation", "alternative"]);
const FEW = 5;
const SETTINGS = ["intensity", "passes", "devices"];

/** Lays a plan out: the answer first, then when, how and why. Reads nothing but the answer of the service. */
class PlanView {
  constructor(plan, words, extra) {
    this.plan = plan;
    this.words = words;
    this.extra = extra;
    this.sources = new Map(plan.sources.map((source) => [source.id, source]));
  }

  /** Every section in reading order. */
  draw() {
    return [
      this.answer(), this.open(), this.urgent(), this.reasons(), this.scopes(), this.visits(), this.settings(),
      this.care("pre_care", "before", "preparation"),
      this.care("aftercare", "after", "aftercare"), this.notes("expectations"), this.reactions(),
      this.urgent() ? null : this.redFlags(), this.notes("options"), this.notes("combinations"),
      this.notes("alternatives"), this.everyone(), this.allSources(), this.disclaimers(),
    ].flat();
  }

  say(key, values) {
    return this.words.say(`plan.${key}`, values);
  }

  label(family, name) {
    return this.words.label(`${family}.${name}`);
  }

  /** What the clinic says beside our own words, never in their place. */
  added(place) {
    const text = this.extra(place);
    return text && h("p", { class: "added" }, text);
  }

  section(title, ...parts) {
    return h("section", { class: "part", part: "section" }, h("h3", { part: "heading" }, title), ...parts);
  }

  /** A section that is opened by whoever wants to know. */
  folded(title, ...parts) {
    return h("details", { class: "part", part: "section" }, h("summary", {}, h("h3", { part: "heading" }, title)), ...parts);
  }

  day(iso) {
    return h("time", { datetime: iso }, this.words.day(iso));
  }

  answer() {
    const plan = this.plan;
    const decision = h("p", { class: `decision is-${plan.decision}`, part: "decision", "data-decision": plan.decision });
    decision.append(this.label("decision", plan.decision));
    const absent = (plan.not_offered ?? []).map(({ text }) => h("p", {}, text));
    const summary = h("p", { class: "summary", part: "summary" }, plan.summary);
    const open = plan.status === "provisional" && h("p", {}, h("strong", {}, this.answered()));
    return [open, absent, decision, summary, this.added("decision"), pairs(this.keyFacts())];
  }

  * keyFacts() {
    const plan = this.plan, course = plan.course;
    if (plan.earliest_start || plan.earliest_start_condition) {
      const day = plan.earliest_start ? this.day(plan.earliest_start) : this.say("no_date");
      yield [this.say("earliest"), [day, plan.earliest_start_condition && h("br"), plan.earliest_start_condition]];
    }
    if (course) {
      yield [this.say("sessions"), this.range(course.sessions)];
      yield [this.say("interval"), this.range(course.interval_days)];
      if (course.maintenance_days) yield [this.say("upkeep"), this.range(course.maintenance_days)];
    }
    yield [this.say("answers"), this.answered()];
    yield [this.say("booking"), this.say(plan.bookable ? "bookable" : "not_bookable")];
  }

  range({ minimum, typical, maximum }) {
    if (minimum === maximum) return this.words.number(minimum);
    const [least, most] = [this.words.number(minimum), this.words.number(maximum)];
    const usual = typical === undefined ? null : this.words.number(typical);
    return this.say(usual ? "range" : "from_to", { minimum: least, typical: usual, maximum: most });
  }

  answered() {
    const { unanswered, worst_decision: worst, decision, status } = this.plan;
    if (!unanswered.length) return this.say("answers_complete");
    if (worst !== decision) return this.say("answers_worst", { decision: this.label("decision", worst) });
    return this.say(status === "provisional" ? "answers_open" : "answers_care");
  }

  open() {
    const items = this.plan.unanswered.map((item) => {
      const things = this.words.list(item.could_change.map((name) => this.label("category", name)));
      return [h("p", {}, item.text), h("p", { class: "quiet" }, this.say("could_change", { things }))];
    });
    if (!items.length) return null;
    return items.length > FEW ? this.folded(this.say("still_open"), list(items)) : this.section(this.say("still_open"), list(items));
  }

  /** Warning signs come first where somebody has to see a doctor. */
  urgent() {
    return this.plan.decision === "refer_urgent" ? this.redFlags() : null;
  }

  findings(title, belongs, folded = false) {
    const found = this.plan.findings.filter((finding) => !ELSEWHERE.has(finding.kind) && belongs(finding));
    const decisive = new Set(this.plan.areas.flatMap((area) => area.rules));
    found.sort((one, other) => decisive.has(other.rule) - decisive.has(one.rule));
    if (!found.length) return null;
    const items = list(found.map((finding) => this.finding(finding)));
    return folded ? this.folded(this.say(title), items) : this.section(this.say(title), items);
  }

  finding(finding) {
    const apart = finding.areas.length < this.plan.areas.length ? finding.areas : [];
    const areas = this.words.list(apart.map((area) => this.label("area", area)));
    return [h("p", {}, finding.text), areas && h("p", { class: "quiet" }, areas), this.basis(finding)];
  }

  reasons() {
    const certain = ({ certainty, because }) => certainty === "definite" && because.length;
    return [this.findings("reasons", certain), this.findings("possible", ({ certainty }) => certainty === "possible", true)];
  }

  everyone() {
    return this.findings("everyone", ({ certainty, because }) => certainty === "definite" && !because.length, true);
  }

  /** What a statement rests on, for whoever asks. */
  basis(item) {
    const lines = (item.sources ?? []).map((id) => this.source(id));
    if (!lines.length) lines.push(this.say("no_single_source"));
    if (item.dispute_text) lines.push(item.dispute_text);
    else if (item.dispute !== undefined) lines.push(this.say("agreement", { grade: this.words.number(item.dispute) }));
    if (item.range) lines.push(h("bdi", { lang: "en", dir: "ltr" }, item.range));
    return h("details", { class: "basis", part: "sources" }, h("summary", {}, this.say("sources_of")), list(lines));
  }

  source(id) {
    const source = this.sources.get(id);
    if (!source) return id;
    const parts = [h("cite", { lang: "en", dir: "ltr" }, source.citation), " ", h("span", { class: "quiet" }, source.id)];
    if (/^https:\/\//.test(source.url ?? "")) {
      const more = { href: source.url, rel: "noopener noreferrer external", target: "_blank" };
      parts.push(" ", h("a", more, `${this.say("source")} (${this.say("opens_elsewhere")})`));
    }
    return parts;
  }

  scopes() {
    const { areas, concerns } = this.plan;
    const rows = [
      ...areas.map((one) => [this.label("area", one.area), one.decision]),
      ...concerns.map((one) => [this.label("concern", one.concern), one.decision]),
    ];
    if (rows.length < 3) return null;
    return this.section(this.say("areas"), pairs(rows.map(([name, decision]) => [name, this.label("decision", decision)])));
  }

  visits() {
    const course = this.plan.course;
    if (!course) return null;
    const title = this.say(course.if_cleared ? "visits_if_cleared" : "visits");
    const event = course.event && h("p", {}, this.words.named(this.say("event", { date: this.words.day(course.event.on) })), course.event.text);
    const none = !this.plan.earliest_start && h("p", {}, this.say("no_visits"));
    if (!course.visits.length) return none || event ? this.section(title, none, event) : null;
    return this.section(title, this.picture(), this.table(), event);
  }

  visitName(visit) {
    if (visit.kind === "session") return this.say("session_number", { number: this.words.number(visit.number) });
    if (visit.kind === "progress_check") return this.say("check_number", { number: this.words.number(visit.number) });
    return this.label("visit", visit.kind);
  }

  table() {
    const heads = ["visit", "earliest_day", "target_day", "latest_day"].map((key) => h("th", { scope: "col" }, this.say(key)));
    const rows = this.plan.course.visits.flatMap((visit) => this.rows(visit));
    const caption = h("caption", {}, this.say("table"));
    const table = h("table", { part: "table" }, caption, h("thead", {}, h("tr", {}, ...heads)), h("tbody", {}, ...rows));
    return h("div", { class: "wide", role: "region", tabindex: "0", "aria-label": this.say("table") }, table);
  }

  rows(visit) {
    const edges = ["earliest", "target", "latest"].map((name) => [name, visit[name]]);
    const name = h("th", { scope: "row" }, this.visitName(visit));
    const days = edges.map(([edge, at]) => h("td", { "data-edge": edge }, at ? this.day(at.date) : this.say("no_limit")));
    const why = edges.filter(([, at]) => at).map(([edge, at]) => [
      h("b", {}, this.say(`${edge}_day`)), list(unique(at.because.map((cause) => cause.text))),
    ]);
    const told = h("details", {}, h("summary", {}, this.say("why_dates"), h("span", { class: "unseen" }, ` ${this.visitName(visit)}`)), ...why.flat());
    return [
      h("tr", { "data-visit": visit.kind, "data-number": visit.number }, name, ...days),
      h("tr", { class: "why" }, h("td", { colspan: "4" }, told)),
    ];
  }

  /** The picture is drawn for the width there is, so that its letters keep their size. */
  picture() {
    const figure = h("figure", { part: "timeline" });
    const caption = h("figcaption", { class: "quiet" }, ...this.legend());
    const redraw = (width) => figure.replaceChildren(timeline(this.plan, this.words, width), caption);
    redraw(480);
    new ResizeObserver(([entry]) => {
      const width = Math.round(entry.contentRect.width);
      if (width && width !== Number(figure.dataset.width)) {
        figure.dataset.width = width;
        redraw(width);
      }
    }).observe(figure);
    return figure;
  }

  * legend() {
    yield h("span", {}, this.say("timeline_window"));
    yield h("span", {}, this.say("timeline_target"));
    if (this.plan.course.event) yield h("span", {}, this.say("timeline_event"));
  }

  settings() {
    const settings = this.plan.course?.settings;
    if (!settings) return null;
    const apart = settings.by_area.filter((area) => SETTINGS.some((name) => differs(area[name], settings[name])));
    const more = apart.flatMap((area) => [h("h4", {}, this.label("area", area.area)), pairs(this.set(area))]);
    return this.section(this.say("settings"), pairs(this.set(settings)), ...more);
  }

  * set(settings) {
    yield [this.say("intensity"), this.label("intensity", settings.intensity)];
    yield [this.say("passes"), this.range(settings.passes)];
    if (settings.session_minutes) yield [this.say("minutes"), this.range(settings.session_minutes)];
    const devices = settings.devices.map((name) => this.label("device", name));
    yield [this.say("devices"), devices.length ? this.words.list(devices) : this.say("no_device")];
    if (settings.test_area_first !== undefined) {
      yield [this.say("test_area"), this.say(settings.test_area_first ? "test_area_yes" : "test_area_no")];
    }
  }

  /** Each step of care once, with the days on which it holds. */
  care(name, title, place) {
    const steps = new Map();
    for (const item of (this.plan.course?.visits ?? []).flatMap((visit) => visit[name])) {
      const key = `${item.id} ${item.text}`;
      const step = steps.get(key) ?? { ...item, days: new Map() };
      step.days.set(`${item.from} ${item.until}`, [item.from, item.until]);
      steps.set(key, step);
    }
    const found = [...steps.values()].sort((one, other) => one.from.localeCompare(other.from));
    if (!found.length) return null;
    const items = found.map((step) => [
      h("p", {}, step.text),
      h("ul", { class: "days quiet" }, ...merged([...step.days.values()]).map(([first, last]) => h("li", {}, this.span(first, last)))),
      this.basis(step),
    ]);
    return this.section(this.say(title), h("p", { class: "quiet" }, this.say("care_dates")), list(items), this.added(place));
  }

  span(first, last) {
    return last ? this.words.span(first, last) : this.say("from_day", { date: this.words.day(first) });
  }

  notes(name) {
    const items = this.plan[name].map((note) => [h("p", {}, note.text), this.basis(note)]);
    if (!items.length) return null;
    return name === "expectations" ? this.section(this.say(name), list(items)) : this.folded(this.say(name), list(items));
  }

  reactions() {
    const items = this.plan.reactions.map((one) => [
      h("p", {}, one.text), h("p", { class: "quiet" }, this.say("lasts", { duration: one.duration })), this.basis(one),
    ]);
    return items.length ? this.section(this.say("reactions"), list(items)) : null;
  }

  redFlags() {
    if (!this.plan.red_flags.length) return null;
    const section = this.section(this.say("red_flags"), warnings(this.plan.red_flags, this.words), this.added("red_flags"), this.unvouched());
    section.classList.add("warning");
    return section;
  }

  /** That nobody has looked through the translation, where that is so. */
  unvouched() {
    const text = this.plan.translation?.text;
    return text && h("p", { class: "quiet" }, text);
  }

  allSources() {
    if (!this.plan.sources.length) return null;
    const told = list(this.plan.sources.map((source) => this.source(source.id)));
    return this.folded(this.say("sources"), told);
  }

  disclaimers() {
    const { protocol, translation, disclaimers, assessed_on: on } = this.plan;
    const lines = translation?.text ? [translation.text, ...disclaimers] : disclaimers;
    const reviewed = protocol.clinical_review === "unreviewed" ? `, ${this.say("unreviewed")}` : "";
    const rules = `${this.words.named(this.say("rules"))}${protocol.id} ${protocol.version}${reviewed}`;
    const small = h("p", { class: "quiet" }, this.words.named(this.say("assessed_on")), this.day(on), h("br"), rules);
    return h("section", { class: "part", part: "disclaimers" }, h("h3", {}, this.say("disclaimers")), list(lines), this.added("disclaimers"), small);
  }
}

/** Warning signs, each with how soon somebody has to look. */
function warnings(flags, words) {
  return list(flags.map((flag) => [h("strong", {}, words.label(`urgency.${flag.urgency}`)), h("p", {}, flag.text)]));
}

/** Stretches of days in order, those that touch joined. */
function merged(spans) {
  const found = [];
  for (const [first, last] of spans.sort(([one], [other]) => one.localeCompare(other))) {
    const before = found.at(-1);
    if (before && (before[1] === null || ordinal(first) <= ordinal(before[1]) + 1)) {
      before[1] = before[1] === null || last === null ? null : last > before[1] ? last : before[1];
    } else {
      found.push([first, last]);
    }
  }
  return found;
}

/** The windows of the visits, drawn from the edge at which the language begins. */
function timeline(plan, words, width) {
  const { visits, event } = plan.course;
  const days = visits.flatMap((visit) => [visit.earliest.date, visit.target.date, visit.latest?.date ?? visit.target.date]);
  if (event) days.push(event.on);
  const first = ordinal(plan.assessed_on), last = Math.max(...days.map(ordinal), first + 14);
  const [side, row, top] = [18, 26, 26];
  const along = (day) => side + ((day - first) / (last - first)) * (width - 2 * side);
  const at = (day) => round(words.rtl ? width - along(day) : along(day));
  const height = top + visits.length * row + 6;
  const box = { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": words.say("plan.timeline") };
  const marks = [...months(first, last, Math.ceil((76 * (last - first)) / (30 * width)), words)].flatMap(([day, name]) => [
    s("line", { class: "grid", x1: at(day), x2: at(day), y1: top - 8, y2: height }),
    s("text", { x: at(day), y: 12, "text-anchor": "middle" }, name),
  ]);
  if (event) marks.push(s("line", { class: "event", x1: at(ordinal(event.on)), x2: at(ordinal(event.on)), y1: top - 8, y2: height }));
  const bars = visits.map((visit, index) => bar(visit, top + index * row + row / 2, at, words));
  return s("svg", box, ...marks, ...bars);
}

function bar(visit, y, at, words) {
  const from = at(ordinal(visit.earliest.date)), until = at(ordinal((visit.latest ?? visit.target).date)), best = at(ordinal(visit.target.date));
  const window = { x: Math.min(from, until) - 4, y: y - 4, width: Math.abs(until - from) + 8, height: 8, rx: 4 };
  const session = visit.kind === "session";
  const mark = session
    ? [s("circle", { cx: best, cy: y, r: 10 }), s("text", { class: "number", x: best, y: y + 4, "text-anchor": "middle" }, words.number(visit.number))]
    : [s("rect", { class: "mark", x: best - 7, y: y - 7, width: 14, height: 14, rx: 2, transform: `rotate(45 ${best} ${y})` })];
  return s("g", {}, s("rect", { class: visit.latest ? "window" : "window open", ...window }), ...mark);
}

/** The first days of months, every so many, with their names. */
function* months(first, last, every, words) {
  const begin = dated(first);
  for (let month = begin.getUTCMonth() + 1, at; ; month += every) {
    at = Date.UTC(begin.getUTCFullYear(), month) / DAY;
    if (at > last) return;
    yield [at, words.month(at)];
  }
}

/* --- The answers ---------------------------------------------------------------------------------------------- */

/** Whether an answer of several says that there is none, or that nobody knows: nothing can be ticked beside it. */
const isAlone = (value) => value === null || Array.isArray(value);

/**
 * What was answered so far, by question: the id of an answer, a number, a date, a list of ids, null for a wish that was
 * left empty. The intake and the next page follow from it.
 */
class Intake {
  constructor(form, offered) {
    this.form = form;
    this.offered = offered;
    this.given = new Map();
    this.drafts = new Map();
    this.every = form.questions.flatMap((question) => [question, ...question.parts.map((part) => ({ ...part, item: question, group: question.group }))]);
  }

  take(id, answer) {
    this.given.set(id, answer);
    this.drafts.set(id, answer);
  }

  holds(question) {
    return question.premise.every((premise) => {
      const answer = this.given.get(premise.question);
      if (premise.is) return premise.is.includes(answer);
      return typeof answer === "number" && answer >= (premise.at_least ?? answer) && answer <= (premise.at_most ?? answer);
    });
  }

  waiting() {
    return this.every.filter((one) => !this.given.has(one.id) && this.holds(one));
  }

  /** What is asked before anything can be planned: the concerns, how marked they are and where, the wishes. */
  first() {
    const owed = this.owed();
    if (owed.length) return this.page(owed);
    const groups = this.form.groups.filter(({ asked }) => asked === "first");
    const begun = (group) => {
      const answers = this.every.filter((one) => one.group === group.id && this.given.has(one.id)).map(({ id }) => this.given.get(id));
      return answers.length && answers.filter((answer) => answer === "yes").length >= group.minimum;
    };
    const group = groups.find((one) => !begun(one));
    return group ? this.page(this.every.filter((one) => one.group === group.id && !one.item).map((question) => ({ question }))) : null;
  }

  /** The details that go with an answer. */
  owed() {
    return this.waiting().filter((one) => one.item && one.listed_as === null).map((question) => ({ question }));
  }

  /** What could still change the plan, in the order in which it matters; everything where nobody says what matters. */
  open(unanswered) {
    const waiting = this.waiting().filter((one) => one.listed_as !== null);
    if (!unanswered) return waiting.map((question) => ({ question }));
    return unanswered.flatMap((item) => waiting.filter((one) => one.listed_as === item.question)
      .map((question) => ({ question, why: this.form.reasons[item.could_change[0]] })));
  }

  next(unanswered) {
    const open = [...this.owed(), ...this.open(unanswered)];
    return open.length ? { ...this.page(open), left: open.length } : null;
  }

  /** Questions of one group, as many as fit on a page; those of one item together. */
  page(open) {
    const group = open[0].question.group;
    const together = [];
    for (const one of open.filter(({ question }) => question.group === group)) {
      const before = together.at(-1)?.question.listed_as;
      if (this.form.groups.find(({ id }) => id === group).asked !== "first" && together.length >= this.form.page_size && before !== one.question.listed_as) break;
      together.push(one);
    }
    return { group: this.form.groups.find(({ id }) => id === group), asked: together };
  }

  /** The answers to choose from: of the areas those that the clinic offers, or that the visitor asked for. */
  choices(question) {
    if (!question.pointer.endsWith("/areas")) return question.answers;
    const areas = question.group === "concerns" ? this.offered.areas : [...this.areas(), "elsewhere"];
    return areas ? question.answers.filter(({ value }) => typeof value !== "string" || areas.includes(value)) : question.answers;
  }

  /** Whether an area has to be named: nothing said means the face, which this clinic may not treat. */
  placed(question) {
    const { areas } = this.offered;
    return Boolean(areas) && question.group === "concerns" && question.pointer.endsWith("/areas") && !areas.includes("face");
  }

  areas() {
    return unique(this.document().concerns.flatMap((concern) => concern.areas ?? ["face"]));
  }

  offers(question) {
    const { concerns } = this.offered;
    return !concerns || question.answers.some(({ value }) => concerns.includes(value?.concern));
  }

  value(question, answer) {
    const values = new Map(question.answers.map(({ id, value }) => [id, value]));
    if (Array.isArray(answer)) {
      const all = answer.map((id) => values.get(id)), named = all.filter((value) => !isAlone(value));
      return named.length ? named : all.length && all.every(Array.isArray) ? [] : null;
    }
    return values.has(answer) ? values.get(answer) : answer === "unsure" ? null : answer;
  }

  /** The intake as it is sent: what was not answered stays open. */
  document() {
    const document = structuredClone(this.form.start);
    const lists = new Map();
    document.language = this.form.language;
    for (const question of this.form.questions) {
      if (question.kind === "item") {
        const name = question.pointer.replace(/\/-$/, "");
        lists.set(name, [...(lists.get(name) ?? []), ...this.entry(question)]);
      } else if (this.given.has(question.id)) put(document, question.pointer, this.value(question, this.given.get(question.id)));
    }
    for (const [pointer, entries] of lists) put(document, pointer, entries);
    if (document.history.microdermabrasion?.sessions === undefined) document.history.microdermabrasion = null;
    return document;
  }

  /** The entry of an item, with what was said of it; none where it does not apply. */
  entry(question) {
    const value = this.value(question, this.given.get(question.id) ?? "unsure");
    if (!value || value === "unsure") return [];
    const entry = structuredClone(value);
    for (const part of question.parts) {
      if (this.given.has(part.id) && this.holds(part)) put(entry, part.pointer, this.value(part, this.given.get(part.id)));
    }
    return [entry];
  }
}

/** Puts a value where a pointer leads; what is not known is left out. */
function put(document, pointer, value) {
  if (value === null || value === undefined) return;
  const path = pointer.split("/").slice(1);
  const holder = path.slice(0, -1).reduce((at, name) => (at[name] ??= {}), document);
  holder[path.at(-1)] = value;
}

/* --- The service ---------------------------------------------------------------------------------------------- */

/** The only way out of this page. */
class Service {
  constructor(base, key, form) {
    this.base = base;
    this.key = key;
    this.form = form;
  }

  /** The questions. */
  questions(language) {
    return this.call(`/v1/intake-form${language ? `?language=${encodeURIComponent(language)}` : ""}`);
  }

  /** What the clinic says of itself. A key is told so only on the clinic's pages, which are other sites than this service. */
  async profile() {
    if (this.form) return this.call(`/intake/${encodeURIComponent(this.form)}/profile.json`);
    return this.call("/v1/clinic/profile", { headers: this.bearer() }).catch(() => ({}));
  }

  preview(intake) {
    return this.send("/v1/recommendations/preview", intake);
  }

  store(intake, name) {
    return this.send("/v1/recommendations", intake, { "Idempotency-Key": name });
  }

  bearer() {
    return { Authorization: `Bearer ${this.form ?? this.key}` };
  }

  send(path, intake, more = {}) {
    const headers = { ...this.bearer(), "Content-Type": "application/json", ...more };
    return this.call(path, { method: "POST", headers, body: JSON.stringify(intake) });
  }

  async call(path, options = {}) {
    let answer;
    try {
      answer = await fetch(this.base + path, { ...options, credentials: "omit", referrerPolicy: "no-referrer" });
      if (answer.ok) return await answer.json();
    } catch {
      throw new Trouble("error.offline");
    }
    const problem = await answer.json().catch(() => ({}));
    throw new Trouble(TROUBLES[answer.status] ?? "error.offline", problem);
  }
}

/** Troubles that go by themselves. */
const PASSING = new Set(["error.busy", "error.offline"]);
/** Half the milliseconds until a service that was never reached is asked for the second time. */
const FIRST_PATIENCE = 5_000;
const TROUBLES = {
  400: "error.not_taken", 401: "error.closed", 403: "error.closed", 404: "error.closed", 410: "error.expired",
  422: "error.not_taken", 429: "error.busy", 503: "error.busy",
};

/* --- The questions -------------------------------------------------------------------------------------------- */

/** One question with its answers, as native controls. */
class Asking {
  constructor(question, intake, words, why) {
    this.question = question;
    this.intake = intake;
    this.words = words;
    this.why = why;
    this.id = `q-${question.id.replaceAll(".", "-")}`;
    this.alone = question.answers.filter(({ value }) => question.kind === "several" && isAlone(value)).map(({ id }) => id);
    this.wish = (question.group === "goals" || (question.kind === "several" && !this.alone.length)) && !intake.placed(question);
    this.unsure = question.answers.find(({ id }) => id === "unsure");
    this.message = h("p", { class: "error", id: `${this.id}-error`, hidden: true });
  }

  draw() {
    const { question, words } = this;
    const help = [question.help, this.range(), this.why, question.kind === "several" && words.say("mark_yes")].filter(Boolean);
    const told = help.map((text, index) => h("p", { class: "quiet", id: `${this.id}-help-${index}` }, text));
    this.described = [...told, this.message].map(({ id }) => id).join(" ");
    const optional = this.wish && h("span", { class: "quiet" }, ` (${words.say("optional")})`);
    const legend = h("legend", { id: `${this.id}-name` }, this.named(), optional);
    this.field = h("fieldset", { class: "question", part: "question", "aria-describedby": this.described, "data-question": question.id });
    this.field.append(legend, ...told, this.message, this.controls());
    return this.field;
  }

  /** A part of an item is named after it. */
  named() {
    const { item, text } = this.question;
    return item ? [h("span", { class: "quiet" }, `${item.text} `), h("br"), text] : text;
  }

  range() {
    const { kind, minimum, maximum } = this.question;
    if (kind !== "number" || minimum === null || maximum === null) return null;
    return this.words.say("number_range", { minimum: this.words.number(minimum), maximum: this.words.number(maximum) });
  }

  controls() {
    const { question } = this;
    const before = this.intake.drafts.get(question.id);
    if (question.kind === "number" || question.kind === "date") return this.typed(before);
    const answers = this.intake.choices(question);
    if (question.kind === "several") return this.ticks(answers, before ?? []);
    return answers.length > LONGEST_RADIO_LIST ? this.menu(answers, before) : this.radios(answers, before);
  }

  option(type, answer, checked) {
    const control = h("input", { type, name: this.id, value: answer.id, checked });
    return h("label", { class: "answer", part: "answer" }, control, h("span", {}, answer.text, answer.help && h("small", {}, answer.help)));
  }

  radios(answers, before) {
    const few = answers.length < 4 && answers.every(({ help }) => !help);
    return h("div", { class: few ? "answers few" : "answers" }, ...answers.map((answer) => this.option("radio", answer, answer.id === before)));
  }

  ticks(answers, before) {
    return h("div", { class: "answers" }, ...answers.map((answer) => this.option("checkbox", answer, before.includes(answer.id))));
  }

  menu(answers, before) {
    const options = answers.map((answer) => h("option", { value: answer.id, selected: answer.id === before }, answer.text));
    return h("select", { name: this.id, "aria-labelledby": `${this.id}-name` }, this.wish ? null : h("option", { value: "" }), ...options);
  }

  typed(before) {
    const { question } = this;
    const known = before === "unsure" ? null : before;
    const today = new Date(Date.now() - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
    const kind = question.kind === "date"
      ? { type: "date", ...Object.fromEntries([["min", question.minimum], ["max", question.maximum]].map(([edge, day]) => [edge, day === "today" ? today : day])) }
      : { type: "text", inputmode: "numeric", autocomplete: "off", maxlength: "4" };
    const input = h("input", { ...kind, id: this.id, value: known, "aria-labelledby": `${this.id}-name`, "aria-describedby": this.described });
    const unit = question.unit && h("span", { class: "unit" }, question.unit.text);
    const typed = h("div", { class: "typed" }, input, unit);
    return this.unsure ? h("div", {}, typed, this.option("checkbox", this.unsure, before === "unsure")) : typed;
  }

  /** What was answered; a wish may be left empty. */
  read() {
    const { question } = this;
    if (question.kind === "number" || question.kind === "date") return this.readTyped();
    const chosen = this.chosen(), several = question.kind === "several";
    if (!chosen.length && !this.wish) throw new Trouble(several ? "error.pick" : this.unsure ? "error.choice" : "error.choose");
    if (chosen.length > 1 && chosen.some((id) => this.alone.includes(id))) throw new Trouble("error.alone");
    return several && chosen.length ? chosen : chosen[0] ?? null;
  }

  chosen() {
    return [...this.field.querySelectorAll("input:checked, select")].map(({ value }) => value).filter(Boolean);
  }

  /** What stands in the controls, right or wrong, so that it is there again when the visitor comes back. */
  draft() {
    const typed = this.field.querySelector(`#${CSS.escape(this.id)}`)?.value.trim();
    const chosen = this.chosen();
    return new Map([[this.question.id, this.question.kind === "several" ? chosen : typed || chosen[0]]]);
  }

  readTyped() {
    const { kind, minimum, maximum } = this.question;
    const input = this.field.querySelector(`#${CSS.escape(this.id)}`);
    const text = input.value.trim();
    if (kind === "date" && !input.validity.valid) throw new Trouble("error.date");
    if (!text && this.field.querySelector("[type=checkbox]:checked")) return "unsure";
    if (!text && this.wish) return null;
    if (!text) throw new Trouble(kind === "date" ? "error.date" : "error.number");
    if (kind === "date") return text;
    const digits = text.replace(/[\u0660-\u0669\u06f0-\u06f9]/g, (own) => own.charCodeAt(0) & 15);  // of Arabic keyboards
    const number = Number(digits);
    if (!/^\d{1,4}$/.test(digits) || number < minimum || number > maximum) throw new Trouble("error.number");
    return number;
  }

  complain(key) {
    const { minimum, maximum } = this.question;
    this.message.textContent = this.words.say(key, { minimum, maximum });
    this.message.hidden = false;
    for (const control of this.field.querySelectorAll("input:not([type=checkbox]):not([type=radio]), select")) control.setAttribute("aria-invalid", "true");
    this.field.classList.add("wrong");
  }

  settle() {
    this.message.hidden = true;
    this.field.classList.remove("wrong");
    for (const control of this.field.querySelectorAll("[aria-invalid]")) control.removeAttribute("aria-invalid");
  }

  focus() {
    this.field.querySelector("input:checked, input, select").focus();
  }
}

/** The concerns: one list to tick. */
class Concerns {
  constructor(questions, intake, words, group) {
    Object.assign(this, { questions, intake, words, group, id: "q-concerns", question: { id: "concerns" } });
    this.message = h("p", { class: "error", id: "q-concerns-error", hidden: true });
  }

  draw() {
    const { intake, words } = this;
    const options = this.questions.filter((one) => intake.offers(one)).map((one) => {
      const control = h("input", { type: "checkbox", name: this.id, value: one.id, checked: intake.drafts.get(one.id) === "yes" });
      return h("label", { class: "answer", part: "answer" }, control, h("span", {}, one.text, one.help && h("small", {}, one.help)));
    });
    this.field = h("fieldset", { class: "question", part: "question", "aria-describedby": "q-concerns-help q-concerns-error", "data-question": "concerns" });
    this.field.append(h("legend", { class: "unseen" }, this.group.title), h("p", { class: "quiet", id: "q-concerns-help" }, words.say("mark_yes")), this.message, h("div", { class: "answers" }, ...options));
    return this.field;
  }

  /** Every concern is answered by the list as a whole. */
  read() {
    if (this.field.querySelectorAll("input:checked").length < (this.group.minimum ?? 0)) throw new Trouble("error.pick");
    return this.draft();
  }

  draft() {
    const ticked = new Set([...this.field.querySelectorAll("input:checked")].map(({ value }) => value));
    return new Map(this.questions.map(({ id }) => [id, ticked.has(id) ? "yes" : "no"]));
  }
}

Object.assign(Concerns.prototype, {
  complain: Asking.prototype.complain, settle: Asking.prototype.settle, focus: Asking.prototype.focus,
});

/* --- The element ---------------------------------------------------------------------------------------------- */

/** The form and the plan. What stands inside the element is shown until the questions are there. */
class SkincadenceIntake extends HTMLElement {
  static observedAttributes = ["form", "key", "language", "base", "src"];

  constructor() {
    super();
    this.root = this.attachShadow({ mode: "open", delegatesFocus: false });
    this.theme = new CSSStyleSheet();
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    this.root.adoptedStyleSheets = [this.theme, sheet];
    this.status = h("p", { role: "status", class: "unseen" });
    this.stage = h("div", { class: "stage" }, h("slot"));
    this.box = h("div", { class: "box", part: "box" }, this.status, this.stage);
    this.root.append(this.box);
  }

  connectedCallback() {
    this.soon();
  }

  attributeChangedCallback(_name, before, after) {
    if (this.isConnected && before !== after) this.soon();
  }

  /** Begin once, however many attributes are set at a time. */
  soon() {
    if (!this.waiting) queueMicrotask(() => {
      this.waiting = false;
      if (this.isConnected) this.begin();
    });
    this.waiting = true;
  }

  /** Ask the service for the questions, and begin with the first one. */
  async begin(moving = false) {
    const run = (this.run = {});
    this.box.removeAttribute("aria-busy");
    const base = (this.getAttribute("base") ?? this.getAttribute("src") ?? ORIGIN).replace(/\/+$/, "");
    this.service = new Service(base, this.getAttribute("key"), this.getAttribute("form"));
    try {
      const told = await this.service.profile().catch((trouble) => trouble);
      const form = await this.service.questions(this.spoken(told));
      if (run !== this.run) return;
      const refused = told instanceof Trouble;
      this.form = form;
      this.profile = refused ? {} : told;
      this.words = new Words(form);
      this.trail = [];
      this.dress();
      if (refused) throw told;
      if (this.profile.stores === false && this.profile.review_every_plan) throw new Trouble("error.closed");  // nothing could come of it
      this.restart(moving);
    } catch (trouble) {
      if (run === this.run) this.unable(trouble, moving);
    }
  }

  /** Say why there is no form, above what the page has inside the element for that case. */
  unable(trouble, moving) {
    if (!(trouble instanceof Trouble)) throw trouble;
    if (!this.words) return this.later(trouble);
    const again = PASSING.has(trouble.key) && this.button("retry", () => this.anew(), "primary");
    this.show(moving, this.heading(trouble.key), h("div", { class: "buttons" }, again), this.reach(trouble.key), h("slot"));
  }

  /** Nothing can be said in any language yet: what the page has inside stays, and the service is asked again, ever less often. */
  later(trouble) {
    if (!PASSING.has(trouble.key)) return;
    const run = this.run;
    this.patience = 2 * (this.patience ?? FIRST_PATIENCE);
    setTimeout(() => {
      if (run === this.run && this.isConnected) this.begin();
    }, this.patience);
  }

  /** Begin again because the visitor asked for it. */
  anew() {
    this.status.textContent = this.words.say("loading");
    return this.begin(true);
  }

  heading(key) {
    return h("h2", { part: "title", tabindex: "-1" }, this.words.say(key));
  }

  /** How to reach the clinic, wherever the visitor may want to call it. */
  contact() {
    const phone = this.profile?.phone, more = this.extra("contact");
    const dialled = phone && (phone.startsWith("+") ? phone.replace(/\(\s*0\s*\)/g, "") : phone).replace(/[^+\d]/g, "");  // nobody dials a trunk zero from abroad
    const call = phone && h("a", { href: `tel:${dialled}`, dir: "ltr" }, phone);
    return call || more ? h("div", { class: "contact" }, call && h("p", {}, call), more && h("p", {}, more)) : null;
  }

  reach(key) {
    return key === "error.closed" && this.contact();
  }

  /** The language to ask in: what the page or else the visitor's browser asks for, as far as the clinic offers it. */
  spoken({ languages, default_language: first }) {
    const named = this.getAttribute("language") ?? this.closest("[lang]")?.lang;
    if (!languages) return named;
    const wanted = (named ? [named] : navigator.languages).map((tag) => tag.toLowerCase().split("-")[0]);
    return wanted.find((language) => languages.includes(language)) ?? first;
  }

  dress() {
    this.box.lang = this.form.language;
    this.box.dir = this.form.direction;
    const set = Object.entries(this.profile.theme ?? {}).filter(([name]) => /^--skincadence-[a-z-]+$/.test(name));
    this.theme.replaceSync(":host {}");
    for (const [name, value] of set) this.theme.cssRules[0].style.setProperty(name, value);
    if (isDark(this.profile.theme?.["--skincadence-background"])) this.theme.cssRules[0].style.setProperty("--scheme", "dark");
  }

  /** What the clinic says at one place, beside our own words. */
  extra(place) {
    const { additions = {}, wording = {} } = this.profile ?? {};
    return (additions[place] ?? wording[place])?.[this.form.language] ?? null;
  }

  restart(moving = true) {
    this.intake = new Intake(this.form, { areas: this.profile.areas, concerns: this.profile.concerns });
    this.trail = [];
    this.plan = this.referred = null;
    this.blind = Boolean(this.profile.review_every_plan);
    this.name = null;
    this.step(this.intake.first(), moving);
  }

  /* Going from page to page. */

  step(page, moving = true) {
    this.page = page;
    const { words, intake, trail } = this;
    const first = trail.length === 0;
    const reasons = unique(page.asked.map(({ why }) => why)), shared = reasons.length === 1 ? reasons[0] : null;
    const concerns = page.group.id === "concerns" && page.asked.every(({ question }) => question.kind === "item");
    this.askings = concerns
      ? [new Concerns(page.asked.map(({ question }) => question), intake, words, page.group)]
      : page.asked.map(({ question, why }) => new Asking(question, intake, words, shared ? null : why));
    const intro = first && [h("p", {}, this.extra("intro") ?? this.form.intro), h("p", { class: "quiet" }, words.say("privacy"))];
    const left = page.left && h("p", { class: "left", part: "left" }, words.countLeft(page.left));
    const help = [page.group.help, shared].filter(Boolean).map((text) => h("p", {}, text));
    this.summary = h("div", { class: "problems", hidden: true, tabindex: "-1", role: "group", "aria-labelledby": "problems" });
    const form = h("form", { novalidate: true, autocomplete: "off" }, this.summary, ...this.askings.map((asking) => asking.draw()), this.buttons());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.answer();
    });
    this.show(moving, h("h2", { part: "title", tabindex: "-1" }, page.group.title), intro, left, help, form);
  }

  buttons() {
    const leaving = (go) => () => {
      this.keep();
      go();
    };
    const back = this.trail.length > 0 && this.button("back", leaving(() => this.back()));
    const soFar = this.plan && this.button("show_plan", leaving(() => this.showPlan(this.page)));
    return h("div", { class: "buttons" }, h("button", { type: "submit", part: "button primary" }, this.words.say("next")), back, soFar);
  }

  button(key, act, kind = "plain") {
    const made = h("button", { type: "button", class: kind, part: `button ${kind}` }, this.words.say(key));
    made.addEventListener("click", act);
    return made;
  }

  /** Keep what stands on the page, without taking it for answers. */
  keep() {
    for (const [id, draft] of this.askings.flatMap((asking) => [...asking.draft()])) this.intake.drafts.set(id, draft);
  }

  /** Take the answers of a page, or say what is missing. */
  async answer() {
    const wrong = [], given = new Map();
    for (const asking of this.askings) {
      asking.settle?.();
      try {
        const answer = asking.read();
        for (const [id, one] of answer instanceof Map ? answer : [[asking.question.id, answer]]) given.set(id, one);
      } catch (trouble) {
        if (!(trouble instanceof Trouble)) throw trouble;
        asking.complain(trouble.key);
        wrong.push(asking);
      }
    }
    if (wrong.length) return this.complain(wrong);
    for (const [id, one] of given) this.intake.take(id, one);
    this.name = null;
    this.trail.push({ page: this.page, ids: [...given.keys()] });
    await this.forward();
  }

  /** Name every answer that has to be looked at, each with a link to it. */
  complain(wrong) {
    const links = wrong.map((asking) => {
      const link = h("a", { href: `#${asking.id}` }, asking.field.querySelector("legend").textContent);
      link.addEventListener("click", (event) => {
        event.preventDefault();
        asking.focus();
      });
      return [link, h("br"), asking.message.textContent];
    });
    this.summary.replaceChildren(h("p", { id: "problems" }, h("strong", {}, this.words.say("error.title"))), list(links));
    this.summary.hidden = false;
    this.summary.focus();
  }

  back() {
    const { page, ids } = this.trail.pop();
    for (const id of ids) this.intake.given.delete(id);
    this.plan = this.referred = this.name = null;  // they were of other answers
    this.step(page);
  }

  async forward() {
    const first = this.intake.first();
    if (first) return this.step(first);
    await this.guarded(async () => {
      await this.look();
      const page = this.ended() ? null : this.intake.next(this.blind ? null : this.plan.unanswered);
      if (page) this.step(page);
      else if (this.blind) this.showSending();
      else this.showPlan();
    });
  }

  ended() {
    return this.blind ? Boolean(this.referred) : ["refer_urgent", "not_suitable"].includes(this.plan.decision);
  }

  /** Preview what is known so far; a clinic that looks at every plan first shows none, but who must see a doctor is told. */
  async look() {
    this.plan = this.referred = null;
    try {
      this.plan = await this.timely(this.service.preview(this.intake.document()));
      this.blind = false;
    } catch (trouble) {
      if (trouble.problem?.code !== "review_required") throw trouble;
      this.blind = true;
      this.referred = trouble.problem.urgent ? trouble.problem : null;
    }
  }

  /** What the service says, or what is wrong; of what comes after the form began anew, nothing is made. */
  async timely(call) {
    const run = this.run;
    const [told, trouble] = await call.then((answer) => [answer], (problem) => [null, problem]);
    if (run !== this.run) throw new Trouble("late");
    if (trouble) throw trouble;
    return told;
  }

  /** Do something that takes a moment; if it fails the page stays, and the answers with it. */
  async guarded(work, told = "loading") {
    const run = this.run;
    this.box.setAttribute("aria-busy", "true");
    this.status.textContent = this.words.say(told);
    for (const button of this.stage.querySelectorAll("button")) button.disabled = true;
    try {
      await work();
    } catch (trouble) {
      if (!(trouble instanceof Trouble)) throw trouble;
      if (run === this.run) this.fail(trouble, work);
    } finally {
      if (run === this.run) this.box.removeAttribute("aria-busy");
    }
  }

  /** Say what went wrong; the visitor may try the same again, or go back. */
  fail(trouble, work = null) {
    const again = work && this.button("retry", () => this.guarded(work), "primary");
    const back = this.trail.length > 0 && this.button("back", () => this.back());
    this.show(true, this.heading(trouble.key), this.reach(trouble.key), h("div", { class: "buttons" }, again, back));
  }

  /** Put a page on the stage; its heading is where reading goes on. */
  show(moving, ...parts) {
    this.status.textContent = "";
    this.stage.replaceChildren(...parts.flat(Infinity).filter(Boolean));
    if (!moving) return;
    const heading = this.stage.querySelector("h2");
    heading?.focus({ preventScroll: true });
    this.box.scrollIntoView({ block: "start" });
  }

  /* The plan, and what comes of it. */

  /** The plan at the end, or the plan so far: then the way back leads to the page that was left. */
  showPlan(left = null) {
    const { plan, words } = this;
    const drawn = new PlanView(plan, words, (place) => this.extra(place)).draw();
    this.show(true, this.heading("plan.title"), drawn, this.contact(), this.sending(), this.again(left));
    this.tell("plan", null, null);
  }

  again(left = null) {
    const change = this.trail.length > 0 && this.button("change", () => this.back());
    return h("div", { class: "buttons" }, left ? this.button("back", () => this.step(left)) : change, this.button("restart", () => this.restart()));
  }

  /** Whether there is anything to send, and what that means. */
  sending() {
    const { plan, profile } = this;
    if (profile.stores === false || (plan && ["refer_urgent", "not_suitable"].includes(plan.decision))) return null;
    const kind = this.blind ? "send_review" : plan.bookable ? "book" : "send";
    const more = kind === "book" && this.extra("booking");
    const button = this.button(kind === "book" ? "book" : "send", () => this.send(), "primary");
    return h("section", { class: "part", part: "booking" }, h("p", {}, this.words.say(`${kind}_help`)), more && h("p", { class: "added" }, more), h("div", { class: "buttons" }, button));
  }

  showSending() {
    const { referred } = this;
    const sending = this.sending() ?? [h("p", {}, this.words.say("error.closed")), referred ? null : this.contact()];
    this.show(true, this.heading(referred ? "urgent" : "send"), referred && [this.urgent(referred), this.contact()], sending, this.again());
  }

  /** That the visitor must see a doctor, whatever a professional says of the plan. */
  urgent(told) {
    return h("section", { class: "part warning" }, list(told.referral), h("h3", {}, this.words.say("plan.red_flags")), warnings(told.red_flags, this.words),
      this.extra("red_flags") && h("p", {}, this.extra("red_flags")), told.translation?.text && h("p", { class: "quiet" }, told.translation.text));
  }

  async send() {
    this.name ??= fresh();
    await this.guarded(async () => {
      const run = this.run;
      const stored = await this.service.store(this.intake.document(), this.name);
      if (run === this.run) this.showSent(stored);
      this.tell("book", stored.id, stored.read_token, stored);
    }, "sending");
  }

  showSent(stored) {
    const { words } = this;
    const withheld = stored.status === "awaiting_review";
    const told = withheld ? "sent_review" : stored.bookable ? "sent" : "sent_unbooked";
    const urgent = withheld && stored.urgent && [this.urgent(stored), h("p", {}, words.say(told))];
    const thanks = this.extra("thanks");
    const reference = h("p", {}, words.named(words.say("reference")), h("code", {}, stored.id));
    const drawn = withheld ? null : new PlanView(stored, words, (place) => this.extra(place)).draw();
    this.show(true, this.heading(urgent ? "urgent" : told), urgent, thanks && h("p", {}, thanks), reference, this.contact(), drawn,
      h("div", { class: "buttons" }, this.button("restart", () => this.restart())));
  }

  tell(name, id, token, plan = this.plan) {
    const detail = { recommendation_id: id, read_token: token, bookable: plan.bookable, decision: plan.decision ?? null };
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

/** Whether the browser's own controls, of dates above all, must be light to be seen on a colour. */
function isDark(colour) {
  const [, ...parts] = /^#(..)(..)(..)$/.exec(colour) ?? [];
  return parts.length > 0 && parts.reduce((sum, part) => sum + parseInt(part, 16), 0) < 3 * 128;
}

/** A name for one thing to store, so that sending twice stores it once. */
function fresh() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

customElements.define("skincadence-intake", SkincadenceIntake);
