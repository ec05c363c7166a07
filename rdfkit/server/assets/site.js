// What pages do beyond reading: suggestions while people type, completion of a query's parameters, the image of a
// figure when it is asked for, and sorting and highlighting in the heat map. All pages read without it.
"use strict";

const PAUSE = 120; // milliseconds without a key before the server is asked

document.querySelectorAll("form[data-suggest]").forEach(suggest);
document.querySelectorAll("input[data-complete]").forEach(complete);
document.querySelectorAll("a[data-image]").forEach(showOnDemand);
document.querySelectorAll("[data-heat-map]").forEach(explore);

/** Calls `act` with the text of a field once typing pauses; answers that come too late are dropped. */
function whenTyped(field, ask, show) {
  let timer, latest = 0;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    const turn = ++latest;
    timer = setTimeout(async () => {
      const text = field.value.trim();
      const found = text ? await ask(text) : [];
      if (turn === latest && found) show(found, text);
    }, PAUSE);
  });
  return () => { clearTimeout(timer); latest++; };
}

/** The JSON at an address, null when the server or the network fails: suggestions are a help, not a must. */
async function fetchJson(path, parameters) {
  try {
    const response = await fetch(`${path}?${new URLSearchParams(parameters)}`, { headers: { Accept: "application/json" } });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** A search field with suggestions: https://www.w3.org/WAI/ARIA/apg/patterns/combobox/ */
function suggest(form) {
  const field = form.querySelector("input[type=search]");
  const list = element("ul", { id: `${field.id}-suggestions`, role: "listbox", class: "suggestions", "aria-label": "Suggestions" });
  const status = element("p", { class: "unseen", role: "status", "aria-live": "polite" });
  let selected = -1;
  list.hidden = true;
  field.parentElement.append(list);
  form.append(status);
  for (const [key, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id,
  })) field.setAttribute(key, value);

  const cancel = whenTyped(field, (text) => fetchJson("/api/search", { q: text, limit: 9 }), show);

  function show(found, text) {
    list.replaceChildren(...found.map((entry, index) => option(entry, index)));
    status.textContent = text ? `${found.length || "No"} suggestion${found.length === 1 ? "" : "s"}` : "";
    open(found.length > 0);
    select(-1);
  }

  function option(entry, index) {
    const note = [entry.title, entry.organism, entry.label === entry.identifier || entry.identifier.length > 24 ? null : entry.identifier];
    const made = element("li", { role: "option", id: `${list.id}-${index}`, "aria-selected": "false", "data-page": entry.page },
      element("span", { class: "what" }, entry.label),
      element("span", { class: "note" }, note.filter(Boolean).join(", ")));
    made.addEventListener("mousedown", (event) => event.preventDefault());
    made.addEventListener("click", () => { location.href = entry.page; });
    return made;
  }

  function open(isOpen) {
    list.hidden = !isOpen;
    field.setAttribute("aria-expanded", String(isOpen));
    if (!isOpen) field.removeAttribute("aria-activedescendant");
  }

  function select(index) {
    selected = index;
    [...list.children].forEach((one, place) => one.setAttribute("aria-selected", String(place === index)));
    if (index >= 0) {
      field.setAttribute("aria-activedescendant", list.children[index].id);
      list.children[index].scrollIntoView({ block: "nearest" });
    } else {
      field.removeAttribute("aria-activedescendant");
    }
  }

  field.addEventListener("keydown", (event) => {
    const count = list.children.length;
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      open(false);
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && count) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      open(true);
      // One place more than there are suggestions: the text itself.
      select(((selected + 1 + step + count + 1) % (count + 1)) - 1);
    } else if (event.key === "Enter" && !list.hidden && selected >= 0) {
      event.preventDefault();
      location.href = list.children[selected].dataset.page;
    }
  });
  field.addEventListener("blur", () => open(false));
  form.addEventListener("submit", () => { cancel(); open(false); });
}

/** A parameter of a query with values from the data. */
function complete(field) {
  const values = field.list;
  whenTyped(field, (text) => fetchJson("/api/complete", { source: field.dataset.complete, q: text }), (found) => {
    values.replaceChildren(...found.map((one) =>
      element("option", { value: one.value, label: [one.value, one.label, one.note].filter(Boolean).join(" · ") })));
  });
}

/** The image of a figure is fetched from PMC when it is asked for, and not before. */
function showOnDemand(link) {
  link.setAttribute("role", "button");
  const act = (event) => {
    event.preventDefault();
    const place = link.closest(".figure-image");
    const image = element("img", { src: link.dataset.image, alt: link.dataset.alt, referrerpolicy: "no-referrer" });
    const status = element("p", { role: "status" }, "Loading the image from PubMed Central…");
    image.addEventListener("load", () => status.remove());
    image.addEventListener("error", () => {
      image.remove();
      status.replaceChildren("The image could not be loaded. ", element("a", { href: link.href, rel: "external" }, "Open it at PMC"), ".");
    });
    place.replaceChildren(status, image);
  };
  link.addEventListener("click", act);
  link.addEventListener("keydown", (event) => { if (event.key === " ") act(event); });
}

/** The heat map: what is under the pointer or the focus is lit, and rows can be sorted. */
function explore(figure) {
  const map = figure.querySelector(".heat-map");
  if (!map) return;
  const status = figure.querySelector(".picture-status");
  const rows = [...map.querySelectorAll(".row")];
  const columns = [...map.querySelectorAll(".column")];
  const top = Number(map.dataset.top), height = Number(map.dataset.cell);

  const light = (target) => {
    const cell = target.closest(".cell"), row = target.closest(".row"), column = target.closest(".column");
    const number = cell ? cell.dataset.column : column ? column.dataset.column : null;
    columns.forEach((one) => one.classList.toggle("lit", one.dataset.column === number));
    rows.forEach((one) => one.classList.toggle("lit", one === row || (column !== null && has(one, number))));
    const title = target.closest("a, .cell")?.querySelector("title")?.textContent;
    if (column) {
      status.textContent = `${title}: in ${rows.filter((one) => has(one, number)).length} of these ${rows.length} figures`;
    } else if (title) {
      status.textContent = title;
    }
  };
  const has = (row, number) => row.dataset.columns.split(" ").includes(number);
  map.addEventListener("pointerover", (event) => light(event.target));
  map.addEventListener("pointerleave", () => [...rows, ...columns].forEach((one) => one.classList.remove("lit")));
  map.addEventListener("focusin", (event) => light(event.target));
  map.addEventListener("keydown", (event) => move(event));

  function move(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1, ArrowRight: 1, ArrowLeft: -1 };
    const own = event.target.closest(".row, .column");
    if (!(event.key in steps) || !own) return;
    const vertical = event.key === "ArrowDown" || event.key === "ArrowUp";
    if (vertical !== own.classList.contains("row")) return;
    const among = vertical ? inOrder() : columns;
    const next = among[among.indexOf(own) + steps[event.key]];
    if (next) { event.preventDefault(); next.querySelector("a").focus(); }
  }

  const inOrder = () => [...map.querySelectorAll(".row")];
  const orders = {
    "most shared genes": (one) => -Number(one.dataset.shared),
    "lowest p-value": rows.every((one) => one.dataset.p) ? (one) => Number(one.dataset.p) : null,
    "highest Jaccard index": (one) => -Number(one.dataset.jaccard),
    "newest": (one) => -Number(one.dataset.year),
  };
  const select = element("select", { id: "picture-order" });
  select.append(element("option", { value: "" }, "as ranked"));
  for (const [name, key] of Object.entries(orders)) if (key) select.append(element("option", { value: name }, name));
  select.append(element("option", { value: "alike" }, "alike next to each other"));
  select.addEventListener("change", () => {
    const key = orders[select.value];
    const sorted = select.value === "alike" ? chain(rows) : key ? [...rows].sort((a, b) => key(a) - key(b)) : rows;
    sorted.forEach((row, place) => {
      row.setAttribute("transform", `translate(0 ${top + place * height})`);
      map.append(row); // so that the keyboard goes through them in the order that is seen
    });
    status.textContent = `Figures sorted: ${select.selectedOptions[0].textContent}`;
  });
  const controls = figure.querySelector(".picture-controls");
  controls.append(element("label", { for: select.id }, "Sort figures"), select);
  controls.hidden = false;
}

/** Rows in an order in which each is followed by the one most like it. */
function chain(rows) {
  const held = new Map(rows.map((row) => [row, new Set(row.dataset.columns.split(" "))]));
  const rest = [...rows], order = [rest.shift()];
  while (rest.length) {
    const last = held.get(order.at(-1));
    const likeness = (row) => {
      const shared = [...held.get(row)].filter((column) => last.has(column)).length;
      return shared / (last.size + held.get(row).size - shared || 1);
    };
    const best = rest.reduce((a, b) => (likeness(b) > likeness(a) ? b : a));
    order.push(...rest.splice(rest.indexOf(best), 1));
  }
  return order;
}
