/**
 * What the gallery page does, as text: it runs in the reader's browser and is tested there (`test/gallery`).
 * It reads the page itself and nothing else: no data is handed to it as code, and it asks no server for anything.
 */
export const SCRIPT = `
(() => {
  'use strict';
  const one = (selector, within = document) => within.querySelector(selector);
  const cards = [...document.querySelectorAll('.card')];
  const form = one('.filters');
  const status = one('[role=status]');
  const none = one('.none');
  const dialog = one('dialog');
  let shown = cards;
  let at = -1;

  function filter() {
    const wanted = Object.fromEntries(['kind', 'provider', 'mark'].map((name) => [name, form.elements[name].value]));
    const words = form.elements.text.value.toLowerCase().split(/\\s+/).filter(Boolean);
    shown = cards.filter((card) => {
      const fits = Object.entries(wanted).every(([name, value]) => value === '' || card.dataset[name] === value);
      const text = words.length > 0 ? ['.name', '.prompt', '.seed']
        .map((part) => one(part, card).textContent).join(' ').toLowerCase() : '';
      return fits && words.every((word) => text.includes(word));
    });
    const visible = new Set(shown);
    for (const card of cards) card.hidden = !visible.has(card);
    none.hidden = shown.length > 0;
    const all = cards.length.toLocaleString('en');
    status.textContent = shown.length === cards.length ? all + (cards.length === 1 ? ' picture' : ' pictures')
      : shown.length.toLocaleString('en') + ' of ' + all + ' pictures';
  }

  function show(index) {
    if (shown.length === 0) return;
    at = (index + shown.length) % shown.length;
    const card = shown[at];
    const thumbnail = one('.open img', card);
    const image = one('.stage img');
    const note = one('.note', dialog);
    const full = one('.open', card).getAttribute('href');
    note.hidden = full !== null;
    image.onerror = () => {
      image.onerror = null;
      note.hidden = false;
      if (thumbnail) image.src = thumbnail.src; else image.removeAttribute('src');
    };
    image.alt = thumbnail ? thumbnail.alt : '';
    if (full) image.src = full; else image.onerror();
    one('.side', dialog).replaceChildren(
      ...['.prompt', '.chips', '.facts'].map((part) => one(part, card).cloneNode(true)), note);
    one('h2', dialog).textContent = one('.name', card).textContent;
    one('.position', dialog).textContent = (at + 1).toLocaleString('en') + ' of ' + shown.length.toLocaleString('en');
    for (const step of [1, -1]) {
      const next = shown[(at + step + shown.length) % shown.length];
      const near = shown.length > 1 && one('.open', next).getAttribute('href');
      if (near) new Image().src = near;
    }
    if (!dialog.open) dialog.showModal();
  }

  document.addEventListener('click', (event) => {
    const open = event.target.closest('.card .open');
    if (!open || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show(shown.indexOf(open.closest('.card')));
  });
  dialog.addEventListener('click', (event) => {
    if (event.target.closest('.facts a')) { at = -1; dialog.close(); return; }
    const button = event.target.closest('button');
    if (!button) return;
    if (button.value === 'close') dialog.close(); else show(at + Number(button.value));
  });
  dialog.addEventListener('keydown', (event) => {
    const step = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: shown.length - 1 }[event.key];
    if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    show(step);
  });
  dialog.addEventListener('close', () => {
    const open = shown[at] && one('.open', shown[at]);
    if (!open) return;
    open.scrollIntoView({ block: 'nearest' });
    open.focus({ preventScroll: true });
  });
  let start;
  const stage = one('.stage');
  stage.addEventListener('pointerdown', (event) => {
    start = event.isPrimary && event.pointerType === 'touch' ? event : undefined;
  });
  stage.addEventListener('pointerup', (event) => {
    const moved = start ? event.clientX - start.clientX : 0;
    const far = Math.abs(moved);
    if (start && far > 50 && far > 2 * Math.abs(event.clientY - start.clientY)) show(at + (moved < 0 ? 1 : -1));
    start = undefined;
  });
  form.addEventListener('submit', (event) => event.preventDefault());
  form.addEventListener('input', filter);
  form.hidden = false;
  filter();
})();
`;
