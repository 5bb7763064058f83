#include "html_page.hpp"

namespace csb::cli {

std::string_view page_script() {
  return R"js(
"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const root = document.documentElement, all = (what) => Array.from(document.querySelectorAll(what));
  const bar = $("bar"), box = $("find"), count = $("count");
  bar.hidden = false;

  // ---- dark and light: the system's, until the reader says otherwise
  const store = (value) => {
    try { return value === undefined ? localStorage.getItem("csb-theme") : localStorage.setItem("csb-theme", value); }
    catch { return null; }
  };
  const dark = () => root.dataset.theme ? root.dataset.theme === "dark"
                                        : matchMedia("(prefers-color-scheme: dark)").matches;
  const saved = store();
  if (saved === "dark" || saved === "light") root.dataset.theme = saved;
  const label = () => { $("theme").textContent = dark() ? "Light" : "Dark"; };
  $("theme").onclick = () => { root.dataset.theme = dark() ? "light" : "dark"; store(root.dataset.theme); label(); };
  label();

  // ---- folds
  const toggle = (id, what) => {
    $(id).onclick = () => {
      const on = document.body.classList.toggle(what);
      $(id).setAttribute("aria-pressed", String(on));
    };
  };
  toggle("tools", "no-tools");
  toggle("thinking", "no-thinking");
  $("open").onclick = () => {
    const folds = all("main details:not(.agent)"), open = folds.some((fold) => !fold.open);
    for (const fold of folds) fold.open = open;
    $("open").textContent = open ? "Fold all" : "Unfold all";
  };

  // ---- search: turns without the words are hidden, the words marked, Enter goes from one to the next
  const turns = all(".turn");
  const texts = new Map();
  const textOf = (turn) => {
    if (!texts.has(turn)) texts.set(turn, turn.textContent.toLowerCase());
    return texts.get(turn);
  };
  let hits = [], at = -1;
  const mark = (words) => {
    if (!window.Highlight || !CSS.highlights) return;
    CSS.highlights.delete("found");
    if (!words) return;
    const ranges = [];
    for (const turn of hits) {
      const walker = document.createTreeWalker(turn, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node && ranges.length < 5000; node = walker.nextNode()) {
        const text = node.data.toLowerCase();
        if (text.length !== node.data.length) continue;
        for (let i = text.indexOf(words); i >= 0; i = text.indexOf(words, i + words.length)) {
          const range = new Range();
          range.setStart(node, i);
          range.setEnd(node, i + words.length);
          ranges.push(range);
        }
      }
    }
    CSS.highlights.set("found", new Highlight(...ranges));
  };
  const search = () => {
    const words = box.value.toLowerCase();
    hits = [];
    at = -1;
    for (const turn of turns) {
      const hit = !words || textOf(turn).includes(words);
      turn.classList.toggle("miss", !hit);
      if (words && hit) hits.push(turn);
    }
    for (const agent of all(".agent")) agent.open = words !== "" && agent.querySelector(".turn:not(.miss)") !== null;
    count.textContent = words ? hits.length + (hits.length === 1 ? " turn" : " turns") : "";
    mark(words);
  };
  const step = (by) => {
    if (!hits.length) return;
    at = (at + by + hits.length) % hits.length;
    const words = box.value.toLowerCase();
    for (const fold of hits[at].querySelectorAll("details"))
      if (fold.textContent.toLowerCase().includes(words)) fold.open = true;
    hits[at].scrollIntoView({ block: "start" });
    count.textContent = (at + 1) + " of " + hits.length;
  };
  let timer = 0;
  box.oninput = () => { clearTimeout(timer); timer = setTimeout(search, 120); };
  box.onkeydown = (event) => {
    if (event.key === "Enter") { event.preventDefault(); step(event.shiftKey ? -1 : 1); }
    if (event.key === "Escape") { box.value = ""; search(); box.blur(); }
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== box) { event.preventDefault(); box.focus(); }
  });

  // ---- what the address names is unfolded; the prompt that is read is marked in the list
  const reveal = () => {
    const target = location.hash ? $(decodeURIComponent(location.hash.slice(1))) : null;
    for (let fold = target && target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    if (target) target.scrollIntoView({ block: "start" });
  };
  addEventListener("hashchange", reveal);
  reveal();
  const links = new Map(all("nav a").map((link) => [link.hash.slice(1), link]));
  let here = null;
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      const link = entry.isIntersecting ? links.get(entry.target.id) : undefined;
      if (!link || link === here) continue;
      if (here) here.classList.remove("here");
      here = link;
      here.classList.add("here");
    }
  }, { rootMargin: "0px 0px -70% 0px" });
  for (const turn of all(".you[id]")) watcher.observe(turn);
})();
)js";
}

}  // namespace csb::cli
