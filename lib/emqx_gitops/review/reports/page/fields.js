"use strict";
/* Elements of values: text only ever becomes text, never markup. */

function element(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children.filter((each) => each !== null && each !== ""));
  return made;
}

const LETTER = /[\p{L}\p{N}]/u;

/* How many characters two texts share at their beginnings and at their ends, in whole words. */
function commonEnds(first, second) {
  const most = Math.min(first.length, second.length);
  let start = 0;
  while (start < most && first[start] === second[start]) start += 1;
  let end = 0;
  while (end < most - start && first[first.length - 1 - end] === second[second.length - 1 - end]) end += 1;
  while (start && (inWord(first, start) || inWord(second, start))) start -= 1;
  while (end && (inWord(first, first.length - end) || inWord(second, second.length - end))) end -= 1;
  return [start, end];
}

/* Whether a word goes on at this place. */
function inWord(text, at) {
  return at > 0 && at < text.length && LETTER.test(text[at - 1]) && LETTER.test(text[at]);
}

function stressed(tag, text, other) {
  const made = element(tag, "");
  const [start, end] = other === undefined ? [0, 0] : commonEnds(text, other);
  if (start + end < 4 || start + end === text.length) {
    made.append(text);
    return made;
  }
  const stop = text.length - end;
  made.append(text.slice(0, start), element("mark", "", text.slice(start, stop)), text.slice(stop));
  return made;
}

function pathOf(text) {
  const cut = Math.max(text.lastIndexOf("."), 0);
  const whole = text.endsWith('"]') || text.endsWith("]");
  const made = element("span", "path");
  if (whole || !cut) made.append(element("b", "", text));
  else made.append(text.slice(0, cut + 1), element("b", "", text.slice(cut + 1)));
  return made;
}

/* Runs of lines that went and came belong together, the first with the first. */
function runs(lines) {
  const found = [];
  for (const [mark, text] of lines) {
    const last = found[found.length - 1];
    if (mark === "-" || mark === "+") {
      const run = last && last.old && !(mark === "-" && last.new.length) ? last : { old: [], new: [] };
      if (run !== last) found.push(run);
      (mark === "-" ? run.old : run.new).push(text);
    } else found.push({ mark, text });
  }
  return found;
}

function unified(lines) {
  const made = element("div", "diff");
  for (const run of runs(lines)) {
    if (run.old) {
      const even = run.old.length === run.new.length;
      run.old.forEach((text, at) => made.append(stressed("del", text, even ? run.new[at] : undefined)));
      run.new.forEach((text, at) => made.append(stressed("ins", text, even ? run.old[at] : undefined)));
    } else made.append(element("span", run.mark === "~" ? "note" : "", run.text));
  }
  return made;
}

function sideBySide(lines) {
  const made = element("div", "diff rows");
  for (const run of runs(lines)) {
    if (run.old) {
      const even = run.old.length === run.new.length;
      for (let at = 0; at < Math.max(run.old.length, run.new.length); at += 1) {
        const [old, now] = [run.old[at], run.new[at]];
        const left = old === undefined ? element("span", "void") : stressed("del", old, even ? now : undefined);
        left.classList.add("left");
        made.append(left);
        made.append(now === undefined ? element("span", "void") : stressed("ins", now, even ? old : undefined));
      }
    } else if (run.mark === "~") made.append(element("span", "note", run.text));
    else made.append(element("span", "left", run.text), element("span", "", run.text));
  }
  return made;
}

function fieldElement(field, split) {
  const path = pathOf(field.path);
  if (field.lines) {
    return element("div", "field", path, split ? sideBySide(field.lines) : unified(field.lines));
  }
  if (field.how === "order") {
    return element("div", "field short", path, element("span", "quiet", "only the order, "), field.old, " \u2192 ", field.new);
  }
  const lines = [];
  if (field.old !== undefined) lines.push(["-", field.old]);
  if (field.new !== undefined) lines.push(["+", field.new]);
  if (split) return element("div", "field", path, sideBySide(lines));
  const made = element("div", "field short", path);
  if (field.old !== undefined) made.append(stressed("del", field.old, field.new));
  if (lines.length === 2) made.append(" \u2192 ");
  if (field.new !== undefined) made.append(stressed("ins", field.new, field.old));
  return made;
}
