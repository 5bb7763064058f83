#include "html_page.hpp"

namespace csb::cli {

std::string_view page_style() {
  return R"css(
:root { color-scheme: light; --bg: #faf8f5; --fg: #23211e; --dim: #6d675f; --line: #e6e0d7; --card: #ffffff;
  --accent: #ad4a22; --you: #fbeee5; --code: #f2eee7; --bad: #b3261e; --bad-bg: #fdeceb; --good: #1f7a4d;
  --good-bg: #e8f5ee; --mark: #ffe08a; --shadow: 0 1px 2px rgba(60, 40, 20, .07); }
:root[data-theme="dark"] { color-scheme: dark; --bg: #171615; --fg: #e7e3dc; --dim: #9d968c; --line: #35312c;
  --card: #201e1c; --accent: #ea9a72; --you: #2c221b; --code: #272421; --bad: #ff8a80; --bad-bg: #3a1f1d;
  --good: #7fd1a5; --good-bg: #1b2f25; --mark: #6b5512; --shadow: none; }
@media (prefers-color-scheme: dark) { :root:not([data-theme="light"]) { color-scheme: dark; --bg: #171615;
  --fg: #e7e3dc; --dim: #9d968c; --line: #35312c; --card: #201e1c; --accent: #ea9a72; --you: #2c221b;
  --code: #272421; --bad: #ff8a80; --bad-bg: #3a1f1d; --good: #7fd1a5; --good-bg: #1b2f25; --mark: #6b5512;
  --shadow: none; } }
* { box-sizing: border-box; }
html { scroll-padding-top: 4.5rem; }
body { margin: 0; background: var(--bg); color: var(--fg);
  font: 16px/1.6 ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
  display: grid; grid-template-columns: minmax(0, 1fr); grid-template-areas: "bar" "top" "main" "nav" "end"; }
code, pre, .mono { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: .86em; }
a { color: var(--accent); text-underline-offset: .15em; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
::highlight(found) { background-color: var(--mark); color: inherit; }

.bar { grid-area: bar; position: sticky; top: 0; z-index: 2; display: flex; flex-wrap: wrap; gap: .5rem;
  align-items: center; padding: .6rem 1.25rem; background: var(--bg); border-bottom: 1px solid var(--line); }
.bar[hidden] { display: none; }
.bar input { flex: 1 1 12rem; max-width: 26rem; min-width: 0; }
.bar input, .bar button { font: inherit; font-size: .86rem; color: var(--fg); background: var(--card);
  border: 1px solid var(--line); border-radius: 8px; padding: .35rem .7rem; }
.bar button { cursor: pointer; }
.bar button:hover, .bar button[aria-pressed="true"] { border-color: var(--accent); color: var(--accent); }
.bar output { color: var(--dim); font-size: .82rem; min-width: 5rem; }
.bar .gap { flex: 1 1 0; }

.top { grid-area: top; padding: 2rem 1.25rem .5rem; }
.top, main, .end { width: 100%; max-width: 58rem; margin: 0 auto; }
h1 { font-size: 1.75rem; line-height: 1.25; margin: 0 0 1rem; letter-spacing: -.01em; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .15rem 1.25rem; margin: 0;
  font-size: .88rem; }
dt { color: var(--dim); } dd { margin: 0; overflow-wrap: anywhere; }

main { grid-area: main; padding: 1rem 1.25rem 3rem; }
.turn { margin: 0 0 1.4rem; content-visibility: auto; contain-intrinsic-size: auto 12rem; }
.turn > header { display: flex; gap: .6rem; align-items: baseline; font-size: .82rem; color: var(--dim);
  margin-bottom: .25rem; }
.turn > header b { color: var(--fg); font-size: .9rem; }
.turn > header a { color: inherit; text-decoration: none; }
.turn > header a:hover { text-decoration: underline; }
.turn > header .model { margin-left: auto; }
.you { background: var(--you); border-left: 3px solid var(--accent); border-radius: 4px 12px 12px 4px;
  padding: .75rem 1.1rem; margin-top: 2.2rem; box-shadow: var(--shadow); }
.you > header b { color: var(--accent); }
.verbatim { white-space: pre-wrap; overflow-wrap: anywhere; }
.said { overflow-wrap: anywhere; margin: .7rem 0; } .turn > header + .said { margin-top: 0; }
.said > :first-child, li > :first-child { margin-top: 0; } .said > :last-child, li > :last-child { margin-bottom: 0; }
.said p, .said ul, .said ol { margin: .6rem 0; } .said li p, .said li > ul, .said li > ol { margin: .2rem 0; } .said ul, .said ol { padding-left: 1.5rem; }
.said h3, .said h4, .said h5, .said h6 { margin: 1.3rem 0 .5rem; line-height: 1.3; font-size: 1.06rem; }
.said h3 { font-size: 1.2rem; }
.said code { background: var(--code); border-radius: 4px; padding: .1em .35em; }
.said blockquote { margin: .6rem 0; padding: .1rem 1rem; border-left: 3px solid var(--line); color: var(--dim); }
.said hr { border: 0; border-top: 1px solid var(--line); margin: 1.2rem 0; }
.table { overflow-x: auto; } table { border-collapse: collapse; font-size: .92em; margin: .6rem 0; }
th, td { border: 1px solid var(--line); padding: .3rem .7rem; text-align: left; vertical-align: top; }
th { background: var(--code); }
pre { background: var(--code); border-radius: 8px; padding: .75rem .9rem; margin: .6rem 0; overflow: auto;
  max-height: 34rem; line-height: 1.45; tab-size: 4; }
pre code { background: none !important; padding: 0 !important; font-size: 1em; }

details { margin: .35rem 0; border: 1px solid var(--line); border-radius: 8px; background: var(--card);
  box-shadow: var(--shadow); }
summary { cursor: pointer; padding: .35rem .8rem; font-size: .86rem; display: flex; gap: .6rem;
  align-items: baseline; list-style: none; border-radius: 8px; }
summary::-webkit-details-marker { display: none; }
summary::before { content: ""; flex: none; width: .4rem; height: .4rem; border: solid var(--dim);
  border-width: 0 1.5px 1.5px 0; transform: rotate(-45deg) translate(-1px, -1px); }
details[open] > summary::before { transform: rotate(45deg) translate(-2px, -2px); }
summary:hover b, summary:hover span { color: var(--accent); }
summary code { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; flex: 0 1 auto; min-width: 0;
  color: var(--dim); }
summary .size { margin-left: auto; flex: none; color: var(--dim); font-size: .78rem; white-space: nowrap; }
.inside { padding: 0 .9rem .6rem; border-top: 1px solid var(--line); }
.inside .said, .inside .verbatim { padding-top: .6rem; }
.field { display: block; color: var(--dim); font-size: .76rem; margin: .6rem 0 -.35rem; }
.pair { display: flex; gap: .8rem; align-items: baseline; padding-top: .45rem; font-size: .82rem; }
.pair span { flex: none; min-width: 6.5rem; color: var(--dim); } .pair code { overflow-wrap: anywhere; min-width: 0; }
.verbatim:empty { display: none; }
.before { background: var(--bad-bg); } .after { background: var(--good-bg); }
.thinking { border-style: dashed; background: none; box-shadow: none; } .thinking .said { color: var(--dim); }
.failed > summary .size { color: var(--bad); } .failed > summary b { color: var(--bad); }
.notice { color: var(--dim); font-size: .86rem; margin: .5rem 0; overflow-wrap: anywhere; white-space: pre-wrap; }
.compaction { display: flex; align-items: center; gap: 1rem; color: var(--accent); font-size: .84rem; margin: 1.6rem 0; }
.compaction::before, .compaction::after { content: ""; flex: 1; border-top: 1px dashed var(--accent); }
.agent { margin: 2rem 0 0; } .agent > summary { font-size: .95rem; padding: .6rem .9rem; }
.agent > .inside { padding-top: 1rem; }
.miss { display: none; } .no-tools .tool, .no-thinking .thinking { display: none; }

nav { grid-area: nav; padding: 1rem 1.25rem; font-size: .84rem; }
nav h2 { font-size: .78rem; text-transform: uppercase; letter-spacing: .08em; color: var(--dim); margin: 0 0 .5rem; }
nav ol { margin: 0; padding: 0; list-style: none; }
nav a { display: block; padding: .3rem .6rem; border-radius: 6px; color: var(--fg); text-decoration: none;
  border-left: 2px solid transparent; overflow-wrap: anywhere; }
nav a:hover { background: var(--you); } nav a.here { border-left-color: var(--accent); background: var(--you); }
nav time { display: block; color: var(--dim); font-size: .74rem; }
.end { grid-area: end; padding: 1rem 1.25rem 3rem; color: var(--dim); font-size: .8rem; }

@media (min-width: 75rem) {
  body { grid-template-columns: 19rem minmax(0, 1fr); grid-template-areas: "bar bar" "nav top" "nav main" "nav end";
    grid-template-rows: auto auto 1fr auto; }
  nav { position: sticky; top: 3.6rem; align-self: start; max-height: calc(100vh - 3.6rem); overflow-y: auto;
    border-right: 1px solid var(--line); padding-top: 2rem; }
}
@media (max-width: 75rem) { nav { max-width: 58rem; width: 100%; margin: 0 auto; } }
@media print {
  .bar, nav { display: none !important; } body { display: block; background: #fff; font-size: 11pt; }
  .turn { content-visibility: visible; } .you { box-shadow: none; break-inside: avoid; } pre { max-height: none;
    white-space: pre-wrap; overflow-wrap: anywhere; } details { box-shadow: none; }
}
)css";
}

}  // namespace csb::cli
