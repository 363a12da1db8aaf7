#include "runtime/http/review/style.h"

namespace synapsor::http::review {
namespace {

constexpr std::string_view kSheet = R"css(
:root {
  color-scheme: light dark;
  --ground: #f5f6f8; --card: #ffffff; --sunk: #f0f2f5; --line: #d5dae1; --strong-line: #77818f;
  --ink: #1a2230; --soft: #4d5868; --link: #0b5394; --focus: #b3261e;
  --primary: #0b5394; --primary-ink: #ffffff; --danger: #a31b16;
  --good: #0f5c2e; --good-ground: #e2f4e8; --bad: #8f1712; --bad-ground: #fdeaea;
  --warn: #6b4400; --warn-ground: #fff3d6; --info: #0b4a86; --info-ground: #e5f0fb; --gone: #475163; --gone-ground: #e8ebf0;
  --model: #7a2e00; --model-ground: #ffeadb; --model-line: #d9822b;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #12161d; --card: #1b212b; --sunk: #232a36; --line: #36404f; --strong-line: #8391a5;
    --ink: #e8ecf2; --soft: #aeb9c8; --link: #8cc2ff; --focus: #ffb86b;
    --primary: #8cc2ff; --primary-ink: #0c1a2b; --danger: #ff9d96;
    --good: #8fe0ab; --good-ground: #123322; --bad: #ffb1ac; --bad-ground: #40191a;
    --warn: #ffd585; --warn-ground: #3a2c0c; --info: #a9d2ff; --info-ground: #14304d; --gone: #c3ccd9; --gone-ground: #2b3341;
    --model: #ffc59a; --model-ground: #40260f; --model-line: #d9822b;
  }
}
* { box-sizing: border-box; }
html { font: 100%/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--ground); color: var(--ink); overflow-wrap: break-word; min-height: 100vh; display: flex; flex-direction: column; }
h1, h2, h3 { line-height: 1.25; margin: 0 0 .6rem; text-wrap: balance; }
h1 { font-size: 1.6rem; letter-spacing: -.01em; }
h2 { font-size: 1.05rem; }
p { margin: 0 0 .6rem; }
a { color: var(--link); text-underline-offset: .15em; }
a:hover { text-decoration-thickness: 2px; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 3px; }
main:focus { outline: none; }
code, pre, .digest { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .875em; }
.visually-hidden { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: .5rem; top: -4rem; background: var(--card); padding: .5rem 1rem; z-index: 2; }
.skip:focus { top: .5rem; }

.top { background: var(--card); border-bottom: 1px solid var(--line); box-shadow: inset 0 3px 0 var(--primary); }
.bar { max-width: 84rem; margin: 0 auto; padding: .6rem 1.25rem; display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: center; }
.brand { font-weight: 700; letter-spacing: -.01em; }
.brand span { font-weight: 400; color: var(--soft); }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem; list-style: none; margin: 0; padding: 0; }
nav li a { display: block; padding: .35rem .7rem; border-radius: .4rem; text-decoration: none; color: var(--ink); }
nav li a:hover { background: var(--sunk); }
nav li a[aria-current] { background: var(--info-ground); color: var(--info); font-weight: 600; box-shadow: inset 0 -2px 0 var(--info); }
.tabs { margin: 0 0 1rem; border-bottom: 1px solid var(--line); }
.tabs ul { gap: 0 .25rem; }
.tabs li a { border-radius: .4rem .4rem 0 0; padding: .45rem .8rem; color: var(--soft); }
.tabs li a:hover { color: var(--ink); }
.tabs li a[aria-current] { background: none; color: var(--ink); box-shadow: inset 0 -3px 0 var(--primary); }
.count { display: inline-block; min-width: 1.6em; padding: 0 .4em; border-radius: 1em; background: var(--sunk); color: var(--soft); font-size: .8rem; font-weight: 600; text-align: center; font-variant-numeric: tabular-nums; }
.tabs a[aria-current] .count { background: var(--info-ground); color: var(--info); }
.who { margin-left: auto; display: flex; gap: .75rem; align-items: center; }
.who .name { color: var(--soft); }
main { width: 100%; max-width: 84rem; margin: 0 auto; padding: 1.5rem 1.25rem 2rem; flex: 1 0 auto; }
footer { border-top: 1px solid var(--line); color: var(--soft); font-size: .875rem; }
footer p { max-width: 84rem; margin: 0 auto; padding: 1rem 1.25rem; }
.narrow { max-width: 34rem; margin: 0 auto; padding-top: 1.5rem; }
.lead { color: var(--soft); max-width: 60ch; }
.kicker { font-size: .9rem; color: var(--soft); margin-bottom: .3rem; }

.card { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1.1rem 1.25rem; margin: 0 0 1.1rem; }
.card > :last-child { margin-bottom: 0; }
.columns { display: grid; grid-template-columns: minmax(0, 1.9fr) minmax(17rem, 1fr); gap: 1.1rem; align-items: start; }
.columns > div { min-width: 0; }
.columns .card h2 { padding-bottom: .45rem; border-bottom: 1px solid var(--line); margin-bottom: .8rem; }

label { display: block; font-weight: 600; font-size: .9rem; margin-bottom: .2rem; }
input, select, textarea { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--strong-line); border-radius: .4rem; padding: .4rem .55rem; width: 100%; min-height: 2.4rem; }
input, select, .actions button, .actions .button { height: 2.5rem; }
textarea { resize: vertical; }
[aria-invalid="true"] { border: 2px solid var(--bad); }
.field { margin-bottom: .8rem; min-width: 0; }
.field-error { color: var(--bad); font-weight: 600; margin: 0 0 .25rem; font-size: .9rem; }
.hint { color: var(--soft); font-size: .875rem; }
button, .button { font: inherit; font-weight: 600; display: inline-block; min-height: 2.4rem; padding: .4rem 1rem; border-radius: .4rem; border: 1px solid var(--strong-line); background: var(--card); color: var(--ink); text-decoration: none; cursor: pointer; }
button:hover, .button:hover { background: var(--sunk); }
button.primary { background: var(--primary); border-color: var(--primary); color: var(--primary-ink); }
button.primary:hover { filter: brightness(1.12); }
button.danger { color: var(--danger); border-color: var(--danger); }
button.quiet { font-weight: 400; padding: .2rem .7rem; min-height: 2rem; }
.actions { display: flex; flex-wrap: wrap; gap: .6rem; align-items: end; margin-bottom: .8rem; }
.filters { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(10rem, 100%), 1fr)); gap: 0 1rem; align-items: end; padding-bottom: .4rem; }
.filters > .actions { flex-wrap: nowrap; margin-bottom: .8rem; }
.pager { display: flex; gap: .6rem; }
.login { padding: 1.5rem 1.5rem 1.6rem; }
.login .hint { margin-top: .2rem; }
.login button { width: 100%; margin-top: .3rem; }

table { width: 100%; border-collapse: collapse; font-size: .95rem; margin-bottom: .8rem; }
caption { text-align: left; font-weight: 600; font-size: .9rem; color: var(--soft); padding-bottom: .3rem; }
th, td { text-align: left; vertical-align: top; padding: .5rem .6rem; border-top: 1px solid var(--line); font-weight: 400; }
thead th, thead td { border-top: 0; color: var(--soft); font-size: .82rem; font-weight: 600; padding-top: 0; white-space: nowrap; }
.card.table { padding: 1rem .65rem .2rem; }
.inbox th[scope="row"] { width: 38%; }
.inbox td { padding-top: .6rem; }
.inbox th[scope="row"] a { text-decoration-thickness: 1px; }
.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
.glance { display: inline-block; margin-right: .9rem; color: var(--ink); }
.inbox td[data-label="Proposed by"] { min-width: 9.5rem; }
.glance code { color: var(--soft); }
.inbox th a { font-weight: 600; }
.inbox tbody tr:hover { background: var(--sunk); }
.inbox time { white-space: nowrap; }
.sub { color: var(--soft); font-size: .85rem; }
.empty { text-align: center; padding: 2.5rem 1rem; }
.diff .arrow { color: var(--soft); width: 1.5rem; padding-left: 0; padding-right: 0; text-align: center; }
.diff .before, .diff .after { width: 30%; }
.diff th[scope="row"] { width: 18%; }
.diff .before, .diff .after { width: 26%; }
.diff td, .diff th[scope="row"] { padding-top: .65rem; padding-bottom: .65rem; }
.diff th[scope="row"] code, .parameters th code, .slots th code { font-size: .9rem; }
.slots th[scope="row"] { width: 38%; }
.parameters th[scope="row"] { width: 3rem; color: var(--soft); font-variant-numeric: tabular-nums; }
.diff .changes .before .value { background: var(--bad-ground); color: var(--bad); padding: .05rem .3rem; border-radius: .25rem; box-decoration-break: clone; -webkit-box-decoration-break: clone; }
.diff .changes .after .value { background: var(--good-ground); color: var(--good); padding: .05rem .3rem; border-radius: .25rem; font-weight: 600; box-decoration-break: clone; -webkit-box-decoration-break: clone; }
.value { white-space: pre-wrap; overflow-wrap: anywhere; }
th code .value, td code .value { overflow-wrap: break-word; }
.nothing { color: var(--soft); font-style: italic; }
.unseen { background: var(--ink); color: var(--card); border-radius: .25rem; padding: 0 .25rem; margin: 0 .1rem; font: 600 .75em/1.3 ui-monospace, Menlo, Consolas, monospace; white-space: nowrap; }
.untrusted { border-left: 3px solid var(--model-line); padding-left: .6rem; }
.untrusted .hint { color: var(--model); margin: .15rem 0 0; }
.fold summary { cursor: pointer; }
.fold-label { color: var(--link); text-decoration: underline; white-space: nowrap; }
.fold > .value { display: block; margin-top: .5rem; max-height: 24rem; overflow: auto; }
pre { background: var(--sunk); border-radius: .4rem; padding: .75rem .9rem; overflow-x: auto; white-space: pre-wrap; margin: 0 0 .8rem; }
pre.sql { border-left: 3px solid var(--primary); }
.digest { overflow-wrap: anywhere; color: var(--soft); font-size: .8rem; }
.plain { margin: 0 0 .6rem; padding-left: 1.2rem; }
.conditions { list-style: none; margin: 0 0 .7rem; padding: 0; font-size: .92rem; }
.conditions li { padding: .15rem 0 .15rem 1.5rem; position: relative; }
.conditions .mark { position: absolute; left: .2rem; font-weight: 700; }
.conditions .holds .mark { color: var(--good); }
.conditions .fails { color: var(--bad); }
.conditions .limit { color: var(--soft); }
h3 { font-size: .95rem; margin-top: .6rem; }
.cannot { background: var(--gone-ground); color: var(--gone); padding: .6rem .8rem; border-radius: .4rem; }

.facts { margin: 0 0 .6rem; display: grid; gap: .45rem; }
.facts > div { display: grid; grid-template-columns: minmax(6.5rem, 9rem) minmax(0, 1fr); gap: .75rem; }
.facts dt { color: var(--soft); font-size: .9rem; }
.facts dd { margin: 0; min-width: 0; }
.timeline { list-style: none; margin: 0 0 .6rem; padding: 0 0 0 1.1rem; border-left: 2px solid var(--line); }
.timeline li { position: relative; margin-bottom: .9rem; }
.timeline li::before { content: ""; position: absolute; left: -1.5rem; top: .4rem; width: .65rem; height: .65rem; border-radius: 50%; background: var(--primary); border: 2px solid var(--card); }
.timeline p { margin: 0; }
.decisions { list-style: none; margin: 0; padding: 0; }
.decisions > li { border-top: 1px solid var(--line); padding-top: .6rem; margin-top: .4rem; }
.decisions p { margin-bottom: .3rem; }
blockquote { margin: 0 0 .5rem; padding-left: .7rem; border-left: 3px solid var(--line); }

.states { display: flex; flex-wrap: wrap; gap: .4rem .6rem; align-items: center; }
.state, .risk, .origin { display: inline-block; border-radius: 1rem; padding: .08rem .65rem; font-size: .85rem; font-weight: 600; white-space: nowrap; border: 1px solid transparent; }
.origin { border-radius: .35rem; white-space: normal; font-weight: 500; }
.state.waiting { background: var(--warn-ground); color: var(--warn); }
.state.moving { background: var(--info-ground); color: var(--info); }
.state.good { background: var(--good-ground); color: var(--good); }
.state.bad { background: var(--bad-ground); color: var(--bad); }
.state.closed { background: var(--gone-ground); color: var(--gone); }
.risk { border-color: var(--strong-line); color: var(--soft); font-weight: 500; }
.risk.high { border-color: var(--bad); color: var(--bad); font-weight: 700; }
.origin.model { background: var(--model-ground); color: var(--model); border-color: var(--model-line); }
.origin.session { background: var(--info-ground); color: var(--info); }
.origin.fixed { background: var(--gone-ground); color: var(--gone); }
.origin.database { background: var(--good-ground); color: var(--good); }
.notice { border-radius: .5rem; padding: .8rem 1rem; margin: 0 0 1.1rem; border-left: 5px solid; }
.notice > :last-child { margin-bottom: 0; }
.notice.good { background: var(--good-ground); color: var(--good); }
.notice.bad { background: var(--bad-ground); color: var(--bad); }
.notice.warning { background: var(--warn-ground); color: var(--warn); }
.notice.info { background: var(--info-ground); color: var(--info); }
.notice a, .notice .digest, .notice dt { color: inherit; }

@media (max-width: 60rem) { .columns { grid-template-columns: minmax(0, 1fr); } }
@media (max-width: 44rem) {
  h1 { font-size: 1.35rem; }
  main { padding: 1rem .75rem; }
  .bar { padding: .6rem .75rem; }
  .who { margin-left: 0; width: 100%; justify-content: space-between; }
  .facts > div { grid-template-columns: minmax(0, 1fr); gap: 0; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, tbody, tr, th, td, caption { display: block; }
  .inbox th[scope="row"], .diff th[scope="row"], .slots th[scope="row"], .parameters th[scope="row"], .diff .before, .diff .after { width: auto; }
  tr { border-top: 1px solid var(--line); padding: .5rem 0; }
  th, td { border: 0; padding: .12rem 0; }
  th code .value, td code .value { overflow-wrap: anywhere; }
  td[data-label]::before { content: attr(data-label) ": "; color: var(--soft); font-size: .85rem; }
  .diff .arrow { display: none; }
}
@media (prefers-reduced-motion: reduce) { * { scroll-behavior: auto; } }
@media (forced-colors: active) { .state, .risk, .origin, .unseen { border: 1px solid; } }
@media print { .top, .tabs, .filters, .pager, footer { display: none; } .card { break-inside: avoid; } }
)css";

}  // namespace

std::string_view StyleSheet() { return kSheet; }

}  // namespace synapsor::http::review
