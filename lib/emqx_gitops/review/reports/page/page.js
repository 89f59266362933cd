/* The list: what is shown, what is open, and the keys. */

const review = JSON.parse(document.getElementById("data").textContent);
const by = (id) => document.getElementById(id);
const [list, find, more] = [by("list"), by("find"), by("more")];
const CHUNK = 100;
const OPEN_FIRST = 12;
const CHIPS = 8;
const state = { words: [], outcomes: new Set(), environments: new Set(), split: false, open: new Set(), shown: 0 };
let matches = review.entries;

review.entries.forEach((entry, index) => {
  entry.index = index;
  entry.outcomes = new Set(entry.effects.map((effect) => effect.outcome));
  if (entry.severe && index < OPEN_FIRST) state.open.add(index);
});

/* Made on the first search only: opening the page must not wait for it. */
function haystack(entry) {
  if (entry.haystack === undefined) {
    const parts = [entry.kind, entry.name, entry.did, ...entry.environments, ...entry.files];
    for (const effect of entry.effects) parts.push(effect.outcome, effect.rule, effect.text);
    for (const field of entry.fields) {
      parts.push(field.path, field.old || "", field.new || "");
      for (const [, text] of field.lines || []) parts.push(text);
    }
    for (const [, text] of entry.whole) parts.push(text);
    entry.haystack = parts.join("\n").toLowerCase();
  }
  return entry.haystack;
}

function matching(entry) {
  const { outcomes, environments, words } = state;
  if (outcomes.size && ![...outcomes].some((each) => entry.outcomes.has(each))) return false;
  if (environments.size && !entry.environments.some((each) => environments.has(each))) return false;
  return words.every((word) => haystack(entry).includes(word));
}

function commandElement(text) {
  const code = element("code", "", text);
  const copy = element("button", "copy", "Copy");
  copy.type = "button";
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      getSelection().selectAllChildren(code);
      document.execCommand("copy");
    }
    copy.textContent = "Copied";
    setTimeout(() => { copy.textContent = "Copy"; }, 1500);
  });
  return element("div", "command", code, copy);
}

function effectElement(effect, worst) {
  const word = effect.outcome === worst ? null : element("span", "outcome", effect.outcome);
  const rule = element("span", "rule", effect.rule);
  const made = element("div", "effect", element("p", "", word, effect.text, " ", rule));
  made.dataset.outcome = effect.outcome;
  if (effect.advice.length) made.append(element("div", "fix", ...adviceElements(effect.advice)));
  return made;
}

/* Sentences, and commands that follow each other as one block: they are copied together. */
function adviceElements(parts) {
  const made = [];
  let commands = [];
  for (const [command, text] of [...parts, [false, ""]]) {
    if (command) commands.push(text);
    else {
      if (commands.length) made.push(commandElement(commands.join("\n")));
      if (text) made.push(element("p", "", text));
      commands = [];
    }
  }
  return made;
}

function bodyElement(entry) {
  const made = element("div", "body", ...entry.effects.map((each) => effectElement(each, entry.outcome)));
  for (const field of entry.fields) made.append(fieldElement(field, state.split));
  if (entry.rest) made.append(element("p", "file", entry.rest));
  if (entry.whole.length) made.append(unified(entry.whole));
  const files = entry.files.slice(0, CHIPS);
  if (entry.files.length > CHIPS) files.push(`${entry.files.length - CHIPS} more`);
  if (files.length) made.append(element("p", "file", files.join(", ")));
  made.id = `body-${entry.index}`;
  return made;
}

function cardElement(entry) {
  const what = element(
    "span", "what", element("span", "outcome", entry.outcome), ` ${entry.kind} `,
    element("span", "name", entry.name), " ", element("span", "did", entry.did),
  );
  const where = element("span", "where", ...entry.environments.slice(0, CHIPS).map((each) => element("span", "", each)));
  if (entry.environments.length > CHIPS) where.append(element("span", "", `${entry.environments.length - CHIPS} more`));
  const gist = element("span", "gist", entry.effects.map((effect) => effect.text).join("; "));
  const title = element("button", "title", what, where, gist);
  title.type = "button";
  const card = element("article", "card", element("h3", "", title));
  card.dataset.outcome = entry.outcome;
  title.addEventListener("click", () => toggle(entry.index, card));
  const item = element("li", "", card);
  item.dataset.index = entry.index;
  opened(entry, card);
  return item;
}

/* Make the card look as the state says; what is inside is made when it is opened. */
function opened(entry, card) {
  const open = state.open.has(entry.index);
  const title = card.querySelector(".title");
  title.setAttribute("aria-expanded", String(open));
  card.querySelector(".body")?.remove();
  title.removeAttribute("aria-controls");
  if (open) {
    card.append(bodyElement(entry));
    title.setAttribute("aria-controls", `body-${entry.index}`);
  }
}

function toggle(index, card) {
  if (!state.open.delete(index)) state.open.add(index);
  opened(review.entries[index], card);
}

function showMore() {
  const next = matches.slice(state.shown, state.shown + CHUNK);
  list.append(...next.map(cardElement));
  state.shown += next.length;
}

function show() {
  matches = review.entries.filter(matching);
  state.shown = 0;
  list.replaceChildren();
  showMore();
  const all = review.entries.length;
  const number = matches.length.toLocaleString("en");
  by("count").textContent = matches.length === all ? `${number} changes` : `${number} of ${all.toLocaleString("en")} changes`;
  by("empty").hidden = matches.length > 0;
  by("empty").textContent = all ? "No change fits. Esc clears the search and all filters." : "Nothing changes.";
}

function chip(set, name, outcome, number, hint) {
  const made = element("button", "", name, element("b", "", number.toLocaleString("en")));
  made.type = "button";
  made.dataset.outcome = outcome;
  made.dataset.name = name;
  if (hint) made.title = hint;
  made.setAttribute("aria-pressed", "false");
  made.addEventListener("click", () => {
    if (!set.delete(name)) set.add(name);
    made.setAttribute("aria-pressed", String(set.has(name)));
    show();
  });
  return made;
}

function environmentChoice() {
  const made = element("select", "", new Option("all environments", ""));
  for (const each of review.environments) made.append(new Option(`${each.name} (${each.changed}, ${each.outcome})`, each.name));
  made.setAttribute("aria-label", "Environment");
  made.addEventListener("change", () => {
    state.environments = new Set(made.value ? [made.value] : []);
    show();
  });
  return made;
}

function filters() {
  for (const each of review.outcomes) by("outcomes").append(chip(state.outcomes, each.name, each.name, each.objects, each.meaning));
  if (review.environments.length > 12) by("environments").append(environmentChoice());
  else for (const each of review.environments) by("environments").append(chip(state.environments, each.name, each.outcome, each.changed, each.hint));
  for (const each of review.warnings) by("warnings").append(element("p", "warning", `Warning: ${each}`));
}

function clear() {
  find.value = "";
  state.words = [];
  state.outcomes.clear();
  state.environments.clear();
  for (const each of document.querySelectorAll(".chips button")) each.setAttribute("aria-pressed", "false");
  for (const each of document.querySelectorAll(".chips select")) each.value = "";
  show();
}

function split() {
  state.split = !state.split;
  by("split").setAttribute("aria-pressed", String(state.split));
  for (const item of list.children) {
    const index = Number(item.dataset.index);
    if (state.open.has(index)) opened(review.entries[index], item.firstChild);
  }
}

function openAll() {
  const open = by("all").getAttribute("aria-pressed") !== "true";
  by("all").setAttribute("aria-pressed", String(open));
  for (const entry of matches) {
    if (open) state.open.add(entry.index);
    else state.open.delete(entry.index);
  }
  for (const item of list.children) opened(review.entries[Number(item.dataset.index)], item.firstChild);
}

function move(step) {
  const item = document.activeElement?.closest("#list > li");
  let next = item ? (step > 0 ? item.nextElementSibling : item.previousElementSibling) : list.firstElementChild;
  if (!next && step > 0) {
    showMore();
    next = item?.nextElementSibling;
  }
  const title = next?.querySelector(".title");
  title?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: "nearest" });
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  s: split,
  a: openAll,
  "/": () => find.select(),
  "?": () => by("help").showModal(),
  Escape: clear,
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || by("help").open) return;
  if (event.target.matches("input, select")) {
    if (event.key === "Escape") find.blur();
    else if (event.key === "Enter" && event.target === find) move(1);
    else return;
    event.preventDefault();
  } else if (Object.hasOwn(KEYS, event.key)) {
    event.preventDefault();
    KEYS[event.key]();
  }
});

let waiting = 0;
find.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    state.words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    show();
  }, 60);
});
by("split").addEventListener("click", split);
by("all").addEventListener("click", openAll);
by("keys").addEventListener("click", () => by("help").showModal());
new IntersectionObserver((seen) => {
  if (seen.some((each) => each.isIntersecting) && state.shown < matches.length) showMore();
}, { rootMargin: "1200px" }).observe(more);

filters();
show();
