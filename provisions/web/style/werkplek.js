// SPDX-License-Identifier: EUPL-1.2
// What makes the pages smoother. Everything works without it.
(() => {
  "use strict";
  const DAYS = ["zo", "ma", "di", "wo", "do", "vr", "za"];
  const MONTHS = ["januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december"];

  // A form is sent once, however often its button is pressed; whoever comes back to the page may send it again.
  const sent = new WeakSet();
  addEventListener("submit", (event) => {
    if (event.defaultPrevented || event.target.method !== "post") return;
    if (sent.has(event.target)) event.preventDefault();
    sent.add(event.target);
  });
  addEventListener("pageshow", () => document.querySelectorAll("form").forEach((form) => sent.delete(form)));

  // What is typed and not sent stays in this tab, an hour, for whoever typed it: loading the page again, or Back, brings it back
  // (docs/decisions/0105). It goes when the page says that its form was carried out, at signing out, and for anybody else.
  // Who answers by a link is nobody in particular ("van" without a code): of that nothing stays.
  const TYPED = "getypt ", HOUR = 3600000;
  const keyOf = (form, { pathname, search } = location) => `${TYPED}${pathname}${search} ${form.id}`;
  const isOurs = (form) => form?.method === "post" && form.id && form.elements.van?.value.includes("~") && form.elements.nummer;
  const fieldsOf = (form) => [...form.elements].filter((one) => one.matches("input, select, textarea") && one.name && !/^(hidden|password)$/.test(one.type));
  const isTicked = (one) => /^(radio|checkbox)$/.test(one.type);
  const stands = (one) => (isTicked(one) ? one.checked : one.value);
  const saidOf = (one) => (isTicked(one) ? one.labels[0]?.textContent : one.selectedOptions?.[0].text ?? one.value)?.trim();
  const keep = (form, at) => sessionStorage.setItem(keyOf(form, at), JSON.stringify({
    van: form.elements.van.value,
    nummer: form.elements.nummer.value,
    at: Date.now(),
    typed: fieldsOf(form).filter((one) => !isTicked(one) || one.checked).map((one) => [one.name, one.value]),
    label: form.getAttribute("aria-label") ?? "",
    said: fieldsOf(form).filter(stands).map(saidOf),
  }));
  const forget = (which) => Object.keys(sessionStorage).filter((key) => key.startsWith(TYPED)).forEach((key) => {
    if (which(JSON.parse(sessionStorage.getItem(key)))) sessionStorage.removeItem(key);
  });
  const changed = (form) => fieldsOf(form).forEach((one) => one.dispatchEvent(new Event("input", { bubbles: true })));
  addEventListener("input", ({ target: { form } }) => { if (isOurs(form)) keep(form); });

  const fill = (one, typed) => {
    const found = typed.find(([name, value]) => name === one.name && (!isTicked(one) || value === one.value));
    const before = stands(one);
    if (isTicked(one)) one.checked = Boolean(found);
    else if (found) one.value = found[1];
    if (one.selectedIndex === -1) one.value = before; // what was chosen is no choice any more
    return before !== stands(one);
  };
  // A sentence with a button that throws away what is kept under this key.
  const telling = (sentence, key, thrown) => {
    const told = document.createElement("p"), away = document.createElement("button");
    told.className = "notice";
    told.setAttribute("role", "note");
    away.type = "button";
    away.className = "utrecht-button utrecht-button--subtle";
    away.textContent = "Weggooien";
    away.addEventListener("click", () => {
      thrown();
      sessionStorage.removeItem(key);
      told.remove();
    });
    told.append(sentence, " ", away);
    return told;
  };
  const sayTyped = (form, number) => form.prepend(telling("Dit typte u hier eerder. Kijk het na en ga verder, of gooi het weg.", keyOf(form), () => {
    form.reset();
    form.elements.nummer.value = number;
    changed(form);
    fieldsOf(form)[0]?.focus();
  }));
  // The form is gone: somebody else did it meanwhile, or it can't be done any more. What a page refuses, it says itself.
  const sayGone = (key) => {
    const { label, said } = JSON.parse(sessionStorage.getItem(key));
    const what = [label, said.join("; ")].filter(Boolean).join(": ");
    if (said.length) document.querySelector("main h1").after(telling(`Dit typte u hier eerder, en dat formulier staat er niet meer. Kijk of het nog nodig is. ${what}`, key, () => {}));
  };
  // It keeps its number: if it was carried out after all and only the answer got lost, sending it again does nothing twice.
  const typeAgain = (form) => {
    const { van, nummer, typed } = JSON.parse(sessionStorage.getItem(keyOf(form))) ?? {};
    if (!isOurs(form) || van !== form.elements.van.value) return;
    const number = form.elements.nummer.value;
    form.elements.nummer.value = nummer;
    const filled = fieldsOf(form).filter((one) => fill(one, typed));
    form.closest("details")?.setAttribute("open", "");
    if (!filled.length) return;
    changed(form);
    sayTyped(form, number);
  };
  // Refused, it comes back at the address that it is sent to.
  addEventListener("submit", ({ target }) => { if (isOurs(target)) keep(target, new URL(target.getAttribute("action"), location)); });
  const signedOut = new BroadcastChannel("afgemeld");
  signedOut.addEventListener("message", () => forget(() => true));
  addEventListener("submit", ({ target }) => {
    if (target.getAttribute("action") !== "/afmelden") return;
    forget(() => true);
    signedOut.postMessage("");
  });
  addEventListener("DOMContentLoaded", () => {
    const who = document.querySelector(".who strong")?.textContent;
    const done = document.querySelector("[data-done]")?.dataset.done ?? new URLSearchParams(location.search).get("gedaan");
    forget(({ van, nummer, at }) => nummer === done || at < Date.now() - HOUR || (who && who !== van.split("~")[0]));
    document.querySelectorAll("form[id]").forEach(typeAgain);
    const here = keyOf({ id: "" });
    if (who && !document.querySelector("main [role=alert]")) Object.keys(sessionStorage).filter((key) => key.startsWith(here) && !document.getElementById(key.slice(here.length))).forEach(sayGone);
  });

  // The day in words beside a date field, as it is typed.
  const inWords = (value) => {
    const parts = /^(\d{4})-(\d\d)-(\d\d)$/.exec(value);
    if (!parts) return "";
    const day = new Date(Date.UTC(+parts[1], parts[2] - 1, +parts[3]));
    return `${DAYS[day.getUTCDay()]} ${day.getUTCDate()} ${MONTHS[day.getUTCMonth()]} ${day.getUTCFullYear()}`;
  };
  addEventListener("input", (event) => {
    if (event.target.type !== "date") return;
    const words = document.querySelector(`output.in-words[for="${CSS.escape(event.target.id)}"]`);
    if (words) words.textContent = inWords(event.target.value);
  });

  // A column is sorted by its heading: by data-sort where a cell has it, else by what it says.
  const comparing = new Intl.Collator("nl", { numeric: true, sensitivity: "base" });
  const saysOf = (row, column) => row.cells[column]?.dataset.sort ?? row.cells[column]?.textContent.trim() ?? "";
  const sortBy = (table, head, column) => {
    const down = head.getAttribute("aria-sort") === "ascending";
    table.querySelectorAll("thead th[aria-sort]").forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const body = table.tBodies[0];
    const rows = [...body.rows].sort((one, other) => {
      const [a, b] = [saysOf(one, column), saysOf(other, column)];
      if (!a || !b) return (a ? 0 : 1) - (b ? 0 : 1); // what is empty stays below
      return comparing.compare(a, b) * (down ? -1 : 1);
    });
    body.append(...rows);
  };
  const sortable = (table) => {
    if (!table.tHead || table.tBodies[0].rows.length < 2) return;
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      if (!head.textContent.trim()) return;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...head.childNodes);
      button.addEventListener("click", () => sortBy(table, head, column));
      head.append(button);
    });
  };

  addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("table[data-sortable]").forEach(sortable);
    document.querySelectorAll("[data-print]").forEach((button) => {
      button.hidden = false;
      button.addEventListener("click", () => print());
    });
    document.querySelector("[data-focus]")?.focus();
  });
})();
