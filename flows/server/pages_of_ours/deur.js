// SPDX-License-Identifier: EUPL-1.2
// An ended session leads to signing in; the height of the bar is known to the pages below it.
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
  addEventListener('DOMContentLoaded', measure);
  addEventListener('resize', measure);
})();
