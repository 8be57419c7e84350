// Writes the looks from the pinned packages: `make style`.
//
// Of each component only the classes are kept that our templates use: with all of them a page would be twice as large.
// A template that needs another one adds it here (tests/web/test_style.py says which is missing).

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import postcss from "postcss";

const OURS = new URL("../../provisions/web/style/", import.meta.url);
const TESTS = new URL("../../tests/browser/axe/", import.meta.url);
const COMPONENTS = {
  alert: ["--info", "--ok", "--warning", "--error"],
  "badge-status": [],
  button: ["--primary-action", "--secondary-action", "--subtle"],
  "button-group": [],
  checkbox: [],
  "form-field": ["--invalid", "__label", "__input"],
  "form-field-description": [],
  "form-field-error-message": [],
  "form-fieldset": ["--invalid", "__legend"],
  "form-label": ["--radio", "--checkbox"],
  link: ["--html-a"],
  "radio-button": [],
  select: ["--html-select", "--invalid"],
  "skip-link": ["--visible-on-focus"],
  table: ["__caption", "__header", "__body"],
  textarea: ["--invalid"],
  textbox: ["--invalid"],
};

const kept = new Set(
  Object.entries(COMPONENTS).flatMap(([name, ways]) => ["", ...ways].map((way) => `utrecht-${name}${way}`)),
);
const isKept = (selector) => (selector.match(/\.utrecht-[\w-]+/g) ?? []).every((found) => kept.has(found.slice(1)));

const parts = Object.keys(COMPONENTS).map((name) => {
  const from = new URL(`node_modules/@utrecht/${name}-css/`, import.meta.url);
  const { version } = JSON.parse(readFileSync(new URL("package.json", from), "utf8"));
  const style = postcss.parse(readFileSync(new URL("dist/index.css", from), "utf8"));
  style.walkComments((comment) => comment.remove());
  style.walkRules((rule) => {
    const selectors = rule.selectors.filter(isKept);
    if (selectors.length) rule.selectors = selectors;
    else rule.remove();
  });
  style.walkAtRules((at) => {
    if (at.nodes && !at.nodes.length) at.remove();
  });
  style.walkDecls((declaration) => {
    declaration.value = declaration.value.replace(/\s+/g, " ").replace(/\( /g, "(").replace(/ \)/g, ")");
  });
  const text = style.toString().replace(/\n\s+/g, "\n").replace(/\n\n+/g, "\n").trim();
  return `/* @utrecht/${name}-css ${version} */\n${text}\n`;
});

const head = `/* SPDX-FileCopyrightText: 2020-2024 Frameless B.V.
   SPDX-FileCopyrightText: 2021-2024 Gemeente Utrecht
   SPDX-License-Identifier: EUPL-1.2
   Components of NL Design System. Written by \`make style\`: change tools/style/build.mjs instead. */
`;
writeFileSync(new URL("componenten.css", OURS), head + parts.join(""));

const axe = readFileSync(new URL("node_modules/axe-core/axe.min.js", import.meta.url));
writeFileSync(new URL("axe.min.js", TESTS), axe);
console.log(`axe-core sha256 ${createHash("sha256").update(axe).digest("hex")}`);
