// SPDX-License-Identifier: EUPL-1.2
// An ended session leads to signing in; the height of the bar is known to the pages below it; from a run one goes to its plan.
(() => {
  const away = () => { location.href = '/aanmelden?naar=' + encodeURIComponent(location.pathname); };
  const open = XMLHttpRequest.prototype.open;
  XMLHttpRequest.prototype.open = function (...given) {
    this.addEventListener('load', () => { if (this.status === 401) away(); });
    return open.apply(this, given);
  };
  const measure = () => {
    const bar = document.querySelector('.deur');
    if (bar) document.documentElement.style.setProperty('--deur', bar.offsetHeight + 'px');
  };
  const toPlan = () => {
    const link = document.querySelector('.deur [data-plan]');
    const run = /\/runs\/flow-run\/([0-9a-f-]{36})/.exec(location.pathname);
    if (!link) return;
    link.hidden = !run;
    if (run) link.href = '/prefect/plan/' + run[1];
    measure();
  };
  for (const name of ['pushState', 'replaceState']) {
    const own = history[name];
    history[name] = function (...given) { own.apply(this, given); toPlan(); };
  }
  addEventListener('popstate', toPlan);
  addEventListener('DOMContentLoaded', toPlan);
  addEventListener('resize', measure);
})();
