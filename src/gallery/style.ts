/** The look of the gallery page. No address in it: fonts are the system's, icons are characters. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f6f6f4; --card: #ffffff; --ink: #1c1c1a; --soft: #55554f; --line: #d9d8d2; --accent: #0b57d0;
    --chip: #ecebe6;
}
@media (prefers-color-scheme: dark) {
  :root { --page: #141413; --card: #1f1f1d; --ink: #f1f0ec; --soft: #b4b2aa; --line: #3a3935; --accent: #8ab4f8;
    --chip: #2e2d2a; }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 96px; }
[hidden] { display: none !important; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
a, button, select, input { font: inherit; color: inherit; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.skip { position: absolute; left: -999px; }
.skip:focus { left: 8px; top: 8px; background: var(--card); padding: 8px 12px; z-index: 2; }
header { padding: 24px clamp(12px, 3vw, 32px) 8px; }
h1 { margin: 0; font-size: 1.6rem; line-height: 1.2; overflow-wrap: anywhere; }
header p { margin: 4px 0 0; color: var(--soft); }
.filters { position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; gap: 8px 12px; align-items: end;
  padding: 10px clamp(12px, 3vw, 32px); background: var(--page); border-bottom: 1px solid var(--line); }
.filters label { display: grid; gap: 2px; font-size: .8rem; color: var(--soft); }
.filters select, .filters input { min-height: 40px; padding: 4px 10px; border: 1px solid var(--line);
  border-radius: 8px; background: var(--card); color: var(--ink); font-size: 1rem; }
.filters input { width: 14rem; max-width: 100%; }
.filters [role=status] { margin: 0 0 0 auto; padding-bottom: 9px; color: var(--soft); }
main { padding: 16px clamp(12px, 3vw, 32px) 48px; }
.pictures { list-style: none; margin: 0; padding: 0; display: grid; gap: 16px;
  grid-template-columns: repeat(auto-fill, minmax(min(240px, 100%), 1fr)); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; overflow: hidden;
  display: flex; flex-direction: column;
  content-visibility: auto; contain-intrinsic-size: auto 260px auto 440px; }
.open { display: block; width: 100%; padding: 0; border: 0; background: var(--chip); cursor: zoom-in; aspect-ratio: 1; }
.open:focus-visible { outline-offset: -3px; }
.open img { display: block; width: 100%; height: 100%; object-fit: cover; object-position: 50% 20%; }
.blank { display: grid; place-items: center; width: 100%; height: 100%; color: var(--soft); }
.about { padding: 10px 12px 12px; display: grid; gap: 6px; }
.name { margin: 0; font-size: .95rem; font-weight: 600; overflow-wrap: anywhere; }
.chips { display: flex; flex-wrap: wrap; gap: 4px; margin: 0; padding: 0; list-style: none; font-size: .78rem; }
.chips li { background: var(--chip); border-radius: 999px; padding: 1px 9px; }
.facts { margin: 0; display: grid; grid-template-columns: auto 1fr; gap: 0 10px; font-size: .85rem; }
.facts dt { color: var(--soft); }
.facts dd { margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.prompt { margin: 0; font-size: .85rem; overflow-wrap: anywhere; }
.card .prompt { display: -webkit-box; -webkit-line-clamp: 3; -webkit-box-orient: vertical; overflow: hidden; }
.card .more { display: none; }
.none { padding: 48px 0; text-align: center; color: var(--soft); }
dialog { width: 100vw; height: 100dvh; max-width: none; max-height: none; margin: 0; padding: 0; border: 0;
  background: var(--page); color: var(--ink); }
dialog::backdrop { background: #000c; }
.view { display: grid; height: 100%; grid-template: auto 1fr / 1fr minmax(260px, 340px); }
.bar { grid-column: 1 / -1; display: flex; align-items: center; gap: 8px; padding: 8px 12px;
  border-bottom: 1px solid var(--line); }
.bar h2 { flex: 1; min-width: 0; max-height: 3lh; overflow: auto; margin: 0; font-size: 1rem; overflow-wrap: anywhere; }
.bar button { min-width: 44px; min-height: 44px; border: 1px solid var(--line); border-radius: 8px;
  background: var(--card); cursor: pointer; }
.stage { min-height: 0; min-width: 0; display: grid; place-items: center; padding: 12px;
  touch-action: pan-y pinch-zoom; }
.stage img { max-width: 100%; max-height: 100%; min-height: 0; object-fit: contain; }
.side { overflow: auto; padding: 14px; border-left: 1px solid var(--line); display: grid; gap: 12px;
  align-content: start; }
.note { margin: 0; color: var(--soft); font-size: .85rem; }
@media (max-width: 700px) {
  .pictures { grid-template-columns: repeat(auto-fill, minmax(min(160px, 100%), 1fr)); gap: 10px; }
  .card { contain-intrinsic-size: auto 175px auto 380px; }
  .filters { position: static; }
  .filters label { flex: 1 1 40%; }
  .filters select, .filters input { width: 100%; }
  .filters [role=status] { flex-basis: 100%; margin: 0; padding: 0; }
  .view { grid-template: auto minmax(0, 3fr) minmax(0, 2fr) / 1fr; }
  .side { border-left: 0; border-top: 1px solid var(--line); }
}
@media print { .filters, dialog { display: none; } .card { content-visibility: visible; break-inside: avoid; } }
`;
