/** The one style sheet of the bank's pages. Light and dark follow the browser; no script is needed anywhere. */
export const pageStyle = `:root {
  color-scheme: light dark;
  --ground: #f6f7f8; --card: #ffffff; --text: #1c2126; --muted: #59626b; --line: #d5dade;
  --accent: #b84300; --on-accent: #ffffff; --badge: #fff1e6; --badge-text: #8f3400; --problem: #a8171c; --problem-ground: #fdeced; --focus: #1b5fc1;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14171a; --card: #1d2125; --text: #eceff1; --muted: #a5afb8; --line: #3a4148;
    --accent: #ff9553; --on-accent: #241000; --badge: #3b2411; --badge-text: #ffc197; --problem: #ff9a9c; --problem-ground: #3a1c1e; --focus: #8ab8ff;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
.bar { display: flex; align-items: center; gap: 12px; padding: 12px 24px; background: var(--card); border-bottom: 1px solid var(--line); }
.brand { font-weight: 600; white-space: nowrap; }
.badge { padding: 2px 10px; border-radius: 999px; background: var(--badge); color: var(--badge-text); font-size: 14px; font-weight: 600; }
.language { margin-left: auto; padding: 4px 8px; }
a { color: var(--accent); }
main { max-width: 600px; margin: 32px auto 24px; padding: 32px; background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
h1 { margin: 0 0 16px; font-size: 28px; line-height: 1.25; font-weight: 600; }
h2, legend { font-size: 16px; font-weight: 600; }
h2 { margin: 32px 0 8px; }
p { margin: 0 0 12px; }
.help, .asked span, .who, .detail span { color: var(--muted); font-size: 14px; }
.who { margin-bottom: 4px; }
.asked { padding: 12px 16px; border: 1px solid var(--line); border-radius: 8px; overflow-wrap: anywhere; }
.payments { list-style: none; margin: 0 0 12px; padding: 0; }
.payments li { display: flex; flex-direction: row-reverse; gap: 12px; justify-content: space-between; padding: 12px 0; border-top: 1px solid var(--line); }
.reads { margin: 0 0 12px; padding-left: 20px; }
label { font-weight: 500; }
.line { display: flex; gap: 12px; flex-wrap: wrap; }
input:not([type=checkbox], [type=radio]) { flex: 1 1 200px; min-width: 0; padding: 10px 12px; font: inherit; color: inherit; background: var(--card); border: 1px solid var(--muted); border-radius: 8px; }
input[type=checkbox], input[type=radio] { width: 20px; height: 20px; margin: 2px 0 0; accent-color: var(--accent); flex: none; }
button { padding: 10px 20px; font: inherit; font-weight: 500; color: var(--text); background: transparent; border: 1px solid var(--muted); border-radius: 8px; cursor: pointer; }
button.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
button.quiet { border-color: transparent; color: var(--accent); padding-left: 0; text-decoration: underline; }
button:hover { border-color: var(--text); }
button.quiet:hover { border-color: transparent; color: var(--text); }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
.people { list-style: none; margin: 0 0 24px; padding: 0; display: grid; gap: 8px; }
.people button { width: 100%; text-align: left; display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 12px; padding: 12px 16px; border-color: var(--line); }
.people .help { flex-basis: 100%; font-weight: 400; }
.number, .amount { font-variant-numeric: tabular-nums; }
fieldset { margin: 24px 0 0; padding: 0; border: 0; min-width: 0; }
legend { padding: 0 0 8px; }
.choice { display: flex; gap: 12px; align-items: flex-start; padding: 12px 0; border-top: 1px solid var(--line); font-weight: 400; cursor: pointer; }
.what { display: flex; flex-direction: column; min-width: 0; overflow-wrap: anywhere; }
.what strong { font-weight: 500; }
.what .number { color: var(--muted); font-size: 14px; }
.amount { margin-left: auto; white-space: nowrap; font-weight: 500; }
.decide { display: flex; gap: 12px; margin-top: 24px; flex-wrap: wrap; }
.problem { padding: 12px 16px; border-radius: 8px; background: var(--problem-ground); color: var(--problem); }
.detail code { display: block; margin-top: 4px; overflow-wrap: anywhere; font-size: 14px; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
footer { max-width: 600px; margin: 0 auto 32px; padding: 0 32px; color: var(--muted); font-size: 14px; }
@media (max-width: 640px) {
  main { margin: 0; border-width: 0 0 1px; border-radius: 0; padding: 24px 16px; }
  .bar { padding: 12px 16px; gap: 8px; }
  footer { padding: 16px; }
  .decide button, .line button { flex: 1 1 100%; }
}
`;
