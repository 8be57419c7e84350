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
