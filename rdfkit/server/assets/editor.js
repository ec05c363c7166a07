// The SPARQL editor: YASGUI with this server's prefixes, library, vocabulary, labels and error reports.
//
// The page is a plain form until this module has everything that it needs. YASGUI's own ways to other hosts
// (prefix.cc, LOV, other endpoints) are replaced or taken away, and no style or script is written inline.

const ENDPOINT = new URL(document.getElementById("plain-editor").action).href;
const LABELS_AT_ONCE = 500;
const LABELS_FOR_ALL_ROWS = 2000;
const SUGGESTIONS = 100;
const PAGE_SIZES = [50, 200, 1000];
const ROW_FORMATS = { csv: "CSV", tsv: "TSV", json: "JSON", xml: "XML" };
const GRAPH_FORMATS = { turtle: "Turtle", ntriples: "N-Triples", jsonld: "JSON-LD", rdfxml: "RDF/XML" };
const SUFFIXES = { turtle: "ttl", ntriples: "nt", rdfxml: "rdf" };
const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

// What belongs to a tab beside what YASGUI keeps: the query that was run last, its error, the marks of the error.
const states = new WeakMap();

function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in made) made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

function announce(text) {
  document.getElementById("editor-status").textContent = text;
}

async function getJson(address) {
  const response = await fetch(address, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response.json();
}

// ---- Names: prefixes and labels ------------------------------------------------------------------------------

let prefixes = {};

function shortened(iri) {
  let best = "";
  for (const [prefix, namespace] of Object.entries(prefixes)) {
    if (iri.startsWith(namespace) && namespace.length > (prefixes[best] ?? "").length) best = prefix;
  }
  return best in prefixes ? `${best}:${iri.slice(prefixes[best].length)}` : iri;
}

const labels = new Map();

async function learnLabels(iris) {
  const unknown = [...new Set(iris)].filter((iri) => !labels.has(iri));
  for (let start = 0; start < unknown.length; start += LABELS_AT_ONCE) {
    const asked = unknown.slice(start, start + LABELS_AT_ONCE);
    const headers = { "Content-Type": "application/json", Accept: "application/json" };
    const response = await fetch("/labels", { method: "POST", headers, body: JSON.stringify(asked) });
    // Without labels the table still says everything, in IRIs.
    if (!response.ok) return;
    const found = await response.json();
    for (const iri of asked) labels.set(iri, found[iri] ?? {});
  }
}

// ---- Errors ----------------------------------------------------------------------------------------------------

// What a failed request has to say: {title, detail, line, column, expected}, the last three where they are known.
function explain(error) {
  if (error.name === "AbortError") return { title: "The query was stopped." };
  if (error instanceof TypeError) {
    return {
      title: "The answer did not arrive whole.",
      detail:
        "It broke off on the way, so nothing of it is used. Most often it is longer than this service gives: " +
        "ask for less, or try again.",
    };
  }
  try {
    const problem = JSON.parse(error.message);
    if (typeof problem.title === "string") return problem;
  } catch (notJson) {
    if (!(notJson instanceof SyntaxError)) throw notJson;
  }
  return { title: "The query failed.", detail: error.message };
}

function place(problem) {
  return `line ${problem.line}, column ${problem.column ?? 1}`;
}

function expectation(problem) {
  return problem.expected ? `Expected: ${[problem.expected].flat().join(", ")}` : "";
}

// The server counts characters from 1, CodeMirror UTF-16 units from 0.
function position(doc, problem) {
  const line = Math.min(Math.max(problem.line - 1, 0), doc.lastLine());
  const text = [...doc.getLine(line)];
  return { line, ch: text.slice(0, Math.max((problem.column ?? 1) - 1, 0)).join("").length };
}

function markError(tab, problem) {
  if (!problem.line) return;
  const yasqe = tab.getYasqe();
  const doc = yasqe.getDoc();
  const from = position(doc, problem);
  const token = yasqe.getTokenAt({ line: from.line, ch: from.ch + 1 });
  const length = doc.getLine(from.line).length;
  const start = Math.min(from.ch, Math.max(length - 1, 0));
  const end = Math.min(Math.max(token.end, start + 1), length);
  const sign = element("span", { className: "editor-error-sign", title: problem.detail ?? problem.title }, "●");
  const message = element(
    "div",
    { className: "editor-error-line" },
    `${place(problem)}: ${problem.detail ?? problem.title}`,
  );
  yasqe.setGutterMarker(from.line, "editor-errors", sign);
  const range = doc.markText({ line: from.line, ch: start }, { line: from.line, ch: end }, { className: "editor-error" });
  const widget = doc.addLineWidget(from.line, message);
  states.get(tab).unmark = () => {
    yasqe.clearGutter("editor-errors");
    range.clear();
    widget.clear();
    states.get(tab).unmark = undefined;
  };
}

function problemBox(tab, problem) {
  const box = element("div", { className: "editor-problem", role: "alert" });
  box.append(element("p", {}, element("strong", {}, problem.title)));
  if (problem.detail) box.append(element("p", { className: "editor-detail" }, problem.detail));
  if (problem.expected) box.append(element("p", { className: "editor-detail" }, expectation(problem)));
  if (problem.line) {
    const go = element("button", { type: "button" }, `Go to ${place(problem)}`);
    go.addEventListener("click", () => {
      tab.getYasqe().getDoc().setCursor(position(tab.getYasqe().getDoc(), problem));
      tab.getYasqe().focus();
    });
    box.append(element("p", {}, go));
  }
  return box;
}

// ---- Completion --------------------------------------------------------------------------------------------------

// A local name that stands in a query as it is; any other is written as a whole IRI.
const PLAIN_CURIE = /^[A-Za-z][\w.-]*:[\w-]+$/;

function suggestion(term) {
  const text = PLAIN_CURIE.test(term.curie ?? "") ? term.curie : `<${term.iri}>`;
  const count = term.count === undefined ? "" : ` (${term.count.toLocaleString("en")})`;
  const named = term.label && !text.endsWith(`:${term.label}`) ? ` · ${term.label}` : "";
  return { ...term, text, shown: `${text}${named}${count}` };
}

function matches(typed, term) {
  const wanted = typed.replace(/^</, "").replace(/>$/, "").toLowerCase();
  const curie = term.text.toLowerCase();
  if (curie.startsWith(wanted) || term.iri.toLowerCase().startsWith(wanted)) return 2;
  const [prefix, part] = wanted.includes(":") ? wanted.split(/:(.*)/) : ["", wanted];
  const inPrefix = !prefix || curie.startsWith(`${prefix}:`);
  const named = curie.split(":").pop().includes(part) || (term.label ?? "").toLowerCase().includes(part);
  return inPrefix && part && named ? 1 : 0;
}

function registerTermCompleter(Yasqe, kind, terms) {
  const known = new Map(terms.map(suggestion).map((term) => [term.text, term]));
  Yasqe.forkAutocompleter(kind, {
    name: `rdfkit-${kind}`,
    get: (_yasqe, token) =>
      [...known.values()]
        .map((term) => ({ term, rank: matches(token.string.trim(), term) }))
        .filter(({ rank }) => rank)
        .sort((one, other) => other.rank - one.rank || (other.term.count ?? 0) - (one.term.count ?? 0))
        .slice(0, SUGGESTIONS)
        .map(({ term }) => term.text),
    preProcessToken: (_yasqe, token) => token,
    postProcessSuggestion: (_yasqe, _token, text) => text,
    postprocessHints: (_yasqe, hints) =>
      hints.map((hint) => ({ ...hint, displayText: known.get(hint.text)?.shown ?? hint.text })),
  });
}

// YASQE takes an undeclared prefix for a mistake and reads no further. Ours count as declared.
function declarePrefixes(Yasqe) {
  const standard = Yasqe.modes.sparql11;
  Yasqe.defineMode("sparql11", (config, options) => {
    const mode = standard(config, options);
    const startState = () => ({ ...mode.startState(), prefixes: { ...prefixes } });
    return { ...mode, startState };
  });
}

function registerCompleters(Yasqe, vocabulary) {
  Yasqe.defaults.autocompleters = ["variables"];
  Yasqe.forkAutocompleter("prefixes", {
    name: "rdfkit-prefixes",
    get: () => Object.entries(prefixes).map(([prefix, iri]) => `${prefix}: <${iri}>`).sort(),
    // Kept nowhere, so that it is never old; and no PREFIX line is written unasked: the endpoint knows them.
    persistenceId: undefined,
    onInitialize: undefined,
  });
  registerTermCompleter(Yasqe, "class", vocabulary.classes);
  registerTermCompleter(Yasqe, "property", vocabulary.properties);
}

// Shows completions as soon as a prefixed name is typed, but not while the cursor only moves.
function completeWhileTyping(yasqe) {
  yasqe.on("inputRead", (_editor, change) => {
    if (change.origin !== "+input" || yasqe.state.completionActive) return;
    const token = yasqe.getTokenAt(yasqe.getDoc().getCursor());
    if (token.type === "string-2" && token.string.includes(":")) yasqe.autocomplete();
  });
}

// ---- Results as a table --------------------------------------------------------------------------------------------

// The rows of an answer, read from the answer itself: YASR's reader changes text with {{…}} in it.
function readRows(results) {
  if ((results.getContentType() ?? "").includes("sparql-results+json")) {
    const answer = JSON.parse(results.getOriginalResponseAsString());
    return { names: answer.head.vars ?? [], rows: answer.results?.bindings ?? [] };
  }
  return { names: results.getVariables(), rows: results.getBindings() ?? [] };
}

function isIri(term) {
  return term?.type === "uri";
}

function shownText(term, asIris) {
  if (!term) return "";
  if (isIri(term)) return (!asIris && labels.get(term.value)?.label) || (asIris ? term.value : shortened(term.value));
  if (term.type === "bnode") return `_:${term.value}`;
  return typeof term.value === "string" ? term.value : JSON.stringify(term.value);
}

function isNumber(term) {
  return Boolean(term?.datatype) && NUMBER.test(term.value);
}

function compare(one, other) {
  if (!one || !other) return Number(Boolean(one)) - Number(Boolean(other));
  if (isNumber(one) && isNumber(other)) return Number(one.value) - Number(other.value);
  return shownText(one, false).localeCompare(shownText(other, false), "en", { numeric: true });
}

function cell(term, asIris) {
  const text = shownText(term, asIris);
  if (!isIri(term)) {
    const content = term?.["xml:lang"] ? [text, element("span", { className: "editor-lang" }, ` @${term["xml:lang"]}`)] : [text];
    const made = element("td", { className: isNumber(term) ? "editor-number" : "" }, ...content);
    if (term?.datatype) made.title = shortened(term.datatype);
    return made;
  }
  const address = labels.get(term.value)?.page ?? term.value;
  if (!/^(https?:\/\/|\/(?!\/))/.test(address)) return element("td", {}, text);
  return element("td", {}, element("a", { href: address, title: term.value, rel: "noopener" }, text));
}

class ResultTable {
  constructor(yasr) {
    this.yasr = yasr;
    this.priority = 10;
    this.label = "Table";
    this.settings = { size: PAGE_SIZES[0], asIris: false };
  }

  canHandleResults() {
    return (this.yasr.results?.getVariables() ?? []).length > 0;
  }

  async draw() {
    Object.assign(this, readRows(this.yasr.results), { first: 0, sorted: undefined, filter: "" });
    this.shown = this.rows;
    const iris = this.rows.flatMap((row) => Object.values(row).filter(isIri).map((term) => term.value));
    this.table = element("table", { className: "editor-table" });
    this.pager = element("div", { className: "editor-pager" });
    const frame = element(
      "div",
      { className: "editor-scroll", role: "region", "aria-label": "Results", tabIndex: 0 },
      this.table,
    );
    const all = new Set(iris);
    // With very many IRIs only those of the page are asked for, and the others sort by their short form.
    if (all.size <= LABELS_FOR_ALL_ROWS) await learnLabels(all);
    this.yasr.resultsEl.append(this.controls(), frame, this.pager);
    await this.drawPage();
  }

  controls() {
    const filter = element("input", { type: "search", autocomplete: "off" });
    filter.addEventListener("input", () => this.find(filter.value));
    const iris = element("input", { type: "checkbox", checked: this.settings.asIris });
    iris.addEventListener("change", () => this.drawPage((this.settings.asIris = iris.checked)));
    const size = element("select", {}, ...PAGE_SIZES.map((rows) => element("option", { value: rows }, `${rows}`)));
    size.value = this.settings.size;
    size.addEventListener("change", () => {
      Object.assign(this.settings, { size: Number(size.value) });
      this.first = 0;
      this.drawPage();
    });
    return element(
      "div",
      { className: "editor-controls" },
      element("label", {}, "Filter rows ", filter),
      element("label", {}, "Rows per page ", size),
      element("label", {}, iris, " IRIs instead of labels"),
    );
  }

  find(text) {
    const wanted = text.trim().toLowerCase();
    const has = (term) => term && `${shownText(term, false)} ${isIri(term) ? term.value : ""}`.toLowerCase().includes(wanted);
    this.shown = wanted ? this.rows.filter((row) => Object.values(row).some(has)) : this.rows;
    this.first = 0;
    this.arrange();
    announce(`${this.shown.length} of ${this.rows.length} rows`);
  }

  sort(name) {
    const descending = this.sorted?.name === name && !this.sorted.descending;
    this.sorted = { name, descending };
    this.arrange();
  }

  arrange() {
    if (this.sorted) {
      const { name, descending } = this.sorted;
      const sign = descending ? -1 : 1;
      this.shown = [...this.shown].sort((one, other) => sign * compare(one[name], other[name]));
    }
    return this.drawPage();
  }

  async drawPage() {
    const rows = this.shown.slice(this.first, this.first + this.settings.size);
    if (!this.settings.asIris) {
      await learnLabels(rows.flatMap((row) => Object.values(row).filter(isIri).map((term) => term.value)));
    }
    const body = rows.map((row, index) =>
      element(
        "tr",
        {},
        element("td", { className: "editor-row" }, `${this.first + index + 1}`),
        ...this.names.map((name) => cell(row[name], this.settings.asIris)),
      ),
    );
    const focused = this.table.contains(document.activeElement) ? document.activeElement.textContent : undefined;
    this.table.replaceChildren(this.head(), element("tbody", {}, ...body));
    if (focused) [...this.table.querySelectorAll("th button")].find((one) => one.textContent === focused)?.focus();
    this.drawPager();
  }

  head() {
    const columns = this.names.map((name) => {
      const button = element("button", { type: "button", title: "Sort by this column" }, name);
      button.addEventListener("click", () => this.sort(name));
      const order = this.sorted?.descending ? "descending" : "ascending";
      const sort = this.sorted?.name === name ? { "aria-sort": order } : {};
      return element("th", { scope: "col", ...sort }, button);
    });
    return element("thead", {}, element("tr", {}, element("th", { scope: "col", className: "editor-row" }, "#"), ...columns));
  }

  drawPager() {
    const total = this.shown.length;
    const last = Math.min(this.first + this.settings.size, total);
    const step = (text, first, possible) => {
      const button = element("button", { type: "button", disabled: !possible }, text);
      button.addEventListener("click", () => this.drawPage((this.first = first)));
      return button;
    };
    const rows = total ? `Rows ${this.first + 1} to ${last} of ${total.toLocaleString("en")}` : "No rows";
    this.pager.replaceChildren(
      ...(total > this.settings.size
        ? [
            step("Previous", this.first - this.settings.size, this.first > 0),
            element("span", {}, rows),
            step("Next", last, last < total),
          ]
        : [element("span", {}, rows)]),
    );
  }

  download() {
    return undefined;
  }

  destroy() {
    this.table?.remove();
  }
}

// ---- Downloads -----------------------------------------------------------------------------------------------------

// Asks the endpoint again for the whole answer. A file is made only of an answer that has arrived to its end.
async function download(tab, format) {
  const { query, yasrNote } = states.get(tab);
  announce("Downloading");
  yasrNote.replaceChildren();
  try {
    const response = await fetch(ENDPOINT, { method: "POST", body: new URLSearchParams({ query, format }) });
    if (!response.ok) throw new Error((await response.text()) || response.statusText);
    save(await response.blob(), `${tab.getName().replace(/[^\w-]+/g, "-")}.${SUFFIXES[format] ?? format}`);
    announce("Downloaded");
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    announce("");
    const problem = explain(error);
    yasrNote.replaceChildren(problemBox(tab, { ...problem, title: `No file was saved. ${problem.title}` }));
  }
}

function save(blob, name) {
  const address = URL.createObjectURL(blob);
  element("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

function downloadControl(tab) {
  const format = element("select", { "aria-label": "Format of the file" });
  const button = element("button", { type: "button" }, "Download");
  button.addEventListener("click", async () => {
    button.disabled = true;
    await download(tab, format.value);
    button.disabled = false;
  });
  const control = element("div", { className: "editor-download", hidden: true }, format, button);
  const offer = (formats) => {
    control.hidden = !formats;
    const options = Object.entries(formats ?? {}).map(([value, text]) => element("option", { value }, text));
    format.replaceChildren(...options);
  };
  return { control, offer };
}

// ---- Tabs ----------------------------------------------------------------------------------------------------------

function prepareTab(tab) {
  if (states.has(tab)) return;
  const yasqe = tab.getYasqe();
  const yasr = tab.getYasr();
  const yasrNote = element("div", { className: "editor-note" });
  const downloads = downloadControl(tab);
  states.set(tab, { yasrNote });
  tab.setEndpoint(ENDPOINT);
  yasr.headerEl.querySelectorAll(".yasr_downloadIcon, .yasr_external_ref_btn").forEach((one) => one.remove());
  yasr.headerEl.append(downloads.control);
  yasr.headerEl.after(yasrNote);
  yasr.on("drawn", () => yasr.resultsEl.querySelector("textarea")?.setAttribute("aria-label", "Answer as text"));
  yasr.config.errorRenderers = [async () => problemBox(tab, states.get(tab).problem ?? { title: "The query failed." })];
  nameInputs(yasqe);
  completeWhileTyping(yasqe);
  plainTooltips(yasqe);
  nameButtons(yasqe);
  keyboardForSharing(yasqe);
  yasqe.on("change", () => states.get(tab).unmark?.());
  yasqe.on("query", () => {
    Object.assign(states.get(tab), { query: yasqe.getValue(), problem: undefined });
    states.get(tab).unmark?.();
    yasrNote.replaceChildren();
    downloads.offer(undefined);
    announce("Running");
  });
  yasqe.on("queryResponse", (_editor, response) => showResponse(tab, downloads, response));
}

function showResponse(tab, downloads, response) {
  if (response instanceof Error) {
    states.get(tab).problem = explain(response);
    markError(tab, states.get(tab).problem);
    announce("");
    return;
  }
  const type = response.headers.get("Content-Type") ?? "";
  downloads.offer(type.includes("sparql-results") ? ROW_FORMATS : GRAPH_FORMATS);
  showRepairs(states.get(tab).yasrNote, response.headers.get("Rdfkit-Repairs"));
  const rows = tab.getYasr().results?.getBindings()?.length;
  announce(rows === undefined ? "Answered" : `${rows} ${rows === 1 ? "row" : "rows"}`);
}

function showRepairs(note, header) {
  if (!header) return;
  const items = JSON.parse(header).map((sentence) => element("li", {}, sentence));
  const title = "This is not quite SPARQL 1.1, so it was repaired before it ran:";
  note.replaceChildren(element("div", { className: "editor-repairs" }, element("p", {}, title), element("ul", {}, ...items)));
}

// YASQE's own tooltip writes inline styles, which the page's security policy forbids.
function plainTooltips(yasqe) {
  const doc = yasqe.getDoc();
  const replace = () =>
    doc.eachLine((line) => {
      const icon = line.gutterMarkers?.gutterErrorBar;
      if (!icon) return;
      const { state } = yasqe.getTokenAt({ line: doc.getLineNumber(line), ch: line.text.length });
      icon.onmouseover = icon.onmouseout = null;
      icon.title = state.errorMsg ?? `This line is not SPARQL. Expected: ${state.possibleCurrent.join(", ")}`;
    });
  yasqe.on("changes", replace);
  replace();
}

function nameInputs(yasqe) {
  const input = yasqe.getInputField();
  const attributes = {
    role: "textbox",
    "aria-multiline": "true",
    "aria-label": "SPARQL query",
    "aria-describedby": "editor-keys",
  };
  for (const [name, value] of Object.entries(attributes)) input.setAttribute(name, value);
  yasqe.on("autocompletionShown", (_editor, widget) => widget.hints.setAttribute("aria-label", "Completions"));
}

// Says in words what YASQE's buttons show as pictures. The same button runs and stops.
function nameButtons(yasqe) {
  const buttons = yasqe.getWrapperElement().querySelector(".yasqe_buttons");
  const run = buttons.querySelector(".yasqe_queryButton");
  const name = element("span", {}, "Run");
  const say = (text) => {
    name.textContent = text;
    run.title = `${text} query`;
    run.setAttribute("aria-label", `${text} query`);
  };
  buttons.querySelector(".yasqe_share").append("Share");
  run.append(name);
  yasqe.on("query", () => say("Stop"));
  for (const end of ["queryResponse", "queryAbort"]) yasqe.on(end, () => say("Run"));
}

function keyboardForSharing(yasqe) {
  const buttons = yasqe.getWrapperElement().querySelector(".yasqe_buttons");
  const popup = () => buttons.querySelector(".yasqe_sharePopup");
  buttons.addEventListener("focusin", (event) => {
    if (popup()?.contains(event.target)) event.target.setAttribute("aria-label", "Link to this query");
  });
  buttons.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !popup()) return;
    popup().remove();
    buttons.querySelector(".yasqe_share").focus();
  });
}

function openTab(yasgui, name, query) {
  const same = Object.values(yasgui._tabs).find((tab) => tab.getPersistedJson().yasqe.value === query);
  if (same) {
    yasgui.selectTabId(same.getId());
    return same;
  }
  return yasgui.addTab(true, { name: yasgui.createTabName(name), yasqe: { value: query } });
}

function run(tab) {
  // What went wrong is shown with the results.
  return tab.query().catch(() => undefined);
}

// ---- Examples ------------------------------------------------------------------------------------------------------

// The text of a library query with its title and description as plain comments, without the other headers.
function exampleText(example) {
  const lines = example.query.split("\n");
  const header = /^#\s*(?:(title|description)|category|param)\s*:\s*(.*)$/i;
  return lines
    .map((line) => [line, line.match(header)])
    .filter(([, found]) => !found || found[1])
    .map(([line, found]) => (found ? `# ${found[2]}` : line))
    .join("\n")
    .trim();
}

function exampleButton(example, choose) {
  const button = element("button", { type: "button", className: "example" }, element("strong", {}, example.title));
  if (example.description) button.append(element("span", {}, example.description));
  button.addEventListener("click", () => choose(example));
  return element("li", {}, button);
}

function fillExamples(examples, choose) {
  const dialog = document.getElementById("examples");
  const search = document.getElementById("examples-search");
  const category = document.getElementById("examples-category");
  const categories = [...new Set(examples.map((example) => example.category))].sort();
  category.append(...categories.map((name) => element("option", { value: name }, name)));
  const isWanted = (example) => {
    const words = search.value.toLowerCase().split(/\s+/);
    const text = `${example.name} ${example.title} ${example.category} ${example.description}`.toLowerCase();
    return (!category.value || example.category === category.value) && words.every((word) => text.includes(word));
  };
  const chosen = (example) => {
    dialog.close();
    choose(example);
  };
  const draw = () => {
    const wanted = examples.filter(isWanted);
    const groups = categories.map((name) => [name, wanted.filter((example) => example.category === name)]);
    const lists = groups
      .filter(([, found]) => found.length)
      .map(([name, found]) =>
        element("section", {}, element("h3", {}, name), element("ul", {}, ...found.map((one) => exampleButton(one, chosen)))),
      );
    document.getElementById("examples-list").replaceChildren(...lists);
    document.getElementById("examples-count").textContent = `${wanted.length} of ${examples.length} queries`;
  };
  search.addEventListener("input", draw);
  category.addEventListener("change", draw);
  document.getElementById("open-examples").addEventListener("click", () => {
    dialog.showModal();
    search.focus();
  });
  draw();
}

// ---- The page ------------------------------------------------------------------------------------------------------

function sharedQuery() {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const source = fragment.has("query") ? fragment : new URLSearchParams(location.search);
  const query = source.get("query");
  return query ? { query, name: source.get("tabTitle") || "Query" } : undefined;
}

function shareLink(tab) {
  const shared = `query=${encodeURIComponent(tab.getQuery())}&tabTitle=${encodeURIComponent(tab.getName())}`;
  return `${location.origin}${location.pathname}#${shared}`;
}

function createYasgui(Yasgui, firstQuery) {
  const show = Yasgui.Tab.prototype.show;
  Yasgui.Tab.prototype.show = function () {
    show.call(this);
    prepareTab(this);
  };
  Yasgui.Tab.prototype.getShareableLink = function () {
    return shareLink(this);
  };
  ResultTable.prototype.getIcon = Yasgui.Yasr.plugins.table.prototype.getIcon;
  Yasgui.Yasr.registerPlugin("table", ResultTable);
  return new Yasgui(document.getElementById("yasgui"), {
    autofocus: false,
    persistenceId: "rdfkit-editor",
    // Links are read by this module: YASGUI would take endpoint and headers from them too.
    populateFromUrl: false,
    autoAddOnInit: !sharedQuery(),
    copyEndpointOnNewTab: false,
    endpointCatalogueOptions: { getData: () => [] },
    requestConfig: {
      endpoint: ENDPOINT,
      method: "POST",
      acceptHeaderSelect: "application/sparql-results+json,*/*;q=0.9",
      acceptHeaderGraph: "text/turtle,*/*;q=0.9",
    },
    yasqe: {
      value: firstQuery,
      // Screen readers and touch keyboards read a text that is edited in place, not one behind a hidden field.
      inputStyle: "contenteditable",
      editorHeight: "min(45vh, 22rem)",
      gutters: ["gutterErrorBar", "editor-errors", "CodeMirror-linenumbers", "CodeMirror-foldgutter"],
    },
    // An answer belongs to a build of the graph, so none is kept for a later visit.
    yasr: { prefixes, maxPersistentResponseSize: 0 },
  });
}

async function start() {
  const [known, examples, vocabulary] = await Promise.all(
    ["/prefixes.json", "/queries.json", "/vocabulary.json"].map(getJson),
  );
  prefixes = known;
  declarePrefixes(window.Yasgui.Yasqe);
  registerCompleters(window.Yasgui.Yasqe, vocabulary);
  const form = document.getElementById("plain-editor");
  document.getElementById("editor").hidden = false;
  form.hidden = true;
  const yasgui = createYasgui(window.Yasgui, form.dataset.first.trim());
  document.getElementById("new-tab").addEventListener("click", () => yasgui.addTab(true).getYasqe().focus());
  fillExamples(examples, (example) => run(openTab(yasgui, example.title, exampleText(example))));
  openShared(yasgui);
  window.addEventListener("hashchange", () => openShared(yasgui));
}

function openShared(yasgui) {
  const shared = sharedQuery();
  if (!shared) return;
  history.replaceState(null, "", location.pathname);
  const tab = openTab(yasgui, shared.name, shared.query);
  // A link may ask, but not change the graph.
  if (tab.getYasqe().getQueryMode() === "query") run(tab);
}

if (window.Yasgui) start();
