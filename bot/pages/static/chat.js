// The chat page: what came and what was said become bubbles; what is said goes into the outbox.

import { bubbleOf, dayOf, make } from "./chat_bubbles.js";
import { composeFor } from "./chat_compose.js";
import { Outbox } from "./chat_outbox.js";
import { switchBetweenPeople } from "./chat_people.js";
import { Scroll } from "./chat_scroll.js";
import { Line } from "./chat_stream.js";

const PATIENCE = 12000;
const TITLE = document.title;
const { user, start, choose } = document.body.dataset;
const log = document.getElementById("log");
const typing = document.getElementById("typing");
const lost = document.getElementById("lost");

const scroll = new Scroll();
const shown = new Map(); // event key → its bubble
const options = new Map(); // id of a tap on its way → the button
let live = false; // the history has been shown
let lastDay = "";
let away = 0;
let expecting = null; // what was said last and has no answer yet
let impatience = 0;

function show(event) {
  const before = shown.get(event.key);
  if (before && !before.classList.contains("pending")) return;
  const turn = bubbleOf(event, tapped);
  shown.set(event.key, turn);
  const replaced = before ?? (event.replaces && byReference(event.replaces));
  if (replaced) replace(replaced, turn, event);
  else append(turn, event);
  if (event.type === "said") said(event, turn);
  else came(event, turn);
}

function append(turn, event) {
  const day = dayOf(event.at);
  if (day !== lastDay) log.append(make("div", "day", day));
  lastDay = day;
  if (live) turn.classList.add("fresh");
  log.append(turn);
}

function replace(old, turn, event) {
  for (const picture of old.querySelectorAll("img[src^='blob:']")) URL.revokeObjectURL(picture.src);
  old.replaceWith(turn);
  if (scroll.anchor === old) scroll.anchor = turn;
  if (event.type !== "sent") return;
  // The bubble itself now says what was chosen.
  for (const tap of log.querySelectorAll(".tap")) if (tap.dataset.about === event.ref) tap.remove();
  if (!live) return;
  turn.classList.add("changed");
  if (expecting?.about === event.ref) turn.scrollIntoView({ block: "nearest" });
}

function came(event, turn) {
  if (live) stopWaiting();
  scroll.came(turn, live && !event.replaces);
  if (live && document.hidden) document.title = `（${(away += 1)}）${TITLE}`;
}

function said(event, turn) {
  if (event.tap) {
    turn.dataset.about = event.about;
    for (const option of byReference(event.about)?.querySelectorAll(".option") ?? [])
      option.classList.toggle("pressed", option.textContent === event.tap);
  }
  if (live) scroll.settle();
  else scroll.toEnd();
}

function byReference(ref) {
  return log.querySelector(`[data-ref="${CSS.escape(ref)}"]`);
}

function pend(item) {
  const key = `said:${item.id}`;
  if (item.entry !== undefined || shown.has(key)) return;
  const files = (item.files ?? []).map((file) => ({
    name: file.name,
    size: file.size,
    image: file.type.startsWith("image/"),
    url: URL.createObjectURL(file),
  }));
  const event = { type: "said", key, text: item.text ?? "", tap: item.label ?? "", about: item.about ?? "", files, at: item.at };
  const turn = bubbleOf(event, tapped);
  turn.classList.add("pending");
  shown.set(key, turn);
  append(turn, event);
  if (event.tap) turn.dataset.about = event.about;
}

function state(item, words, again) {
  const meta = shown.get(`said:${item.id}`)?.querySelector(".meta");
  if (!meta) return;
  meta.querySelector(".state")?.remove();
  if (!words) return;
  const note = make(again ? "button" : "span", again ? "state again" : "state", words);
  if (again) note.addEventListener("click", () => (state(item, "正在发送…"), again()));
  meta.append(note);
}

const outbox = new Outbox(user, {
  sent(item, answer) {
    settle(item);
    state(item, "");
    if (!answer.replies && expecting === item) stopWaiting();
  },
  refused(item, sentence) {
    settle(item);
    state(item, "没有发出");
    complain(sentence);
  },
  waiting(item) {
    state(item, "等待发送…");
    stopWaiting();
  },
  stuck(item) {
    settle(item);
    stopWaiting();
    const again = () => (expect(item), outbox.again(item));
    if (item.text !== undefined || item.files || item.label) state(item, "没发出去，点这里重发", again);
    else complain("助手暂时没有回应，请过一会儿刷新页面再试。");
  },
});

function settle(item) {
  options.get(item.id)?.classList.remove("waiting");
  options.delete(item.id);
}

function give(thing) {
  const item = outbox.add(thing);
  pend(item);
  scroll.toEnd();
  expect(item);
  return item;
}

function tapped(option, button, ref) {
  if (outbox.holds((item) => item.payload === button.payload && item.about === ref)) return;
  option.classList.add("waiting");
  options.set(give({ payload: button.payload, label: button.label, about: ref }).id, option);
}

function expect(item) {
  expecting = item;
  typing.hidden = false;
  clearTimeout(impatience);
  impatience = setTimeout(stopWaiting, PATIENCE);
  scroll.settle();
}

function stopWaiting() {
  clearTimeout(impatience);
  typing.hidden = true;
  scroll.settle();
}

function complain(sentence) {
  stopWaiting();
  const aside = make("p", "aside", sentence);
  aside.setAttribute("role", "alert");
  log.append(aside);
  scroll.toEnd();
}

function ready() {
  for (const item of outbox.items) pend(item);
  if (live) return outbox.poke();
  scroll.toEnd();
  live = true;
  log.setAttribute("aria-live", "polite");
  if (choose !== undefined) return undefined;
  if (start) {
    give({ entry: start });
    const here = new URL(location.href);
    here.searchParams.delete("start");
    history.replaceState(null, "", here);
  } else if (!shown.size && !outbox.items.length) give({ entry: "" });
  return undefined;
}

// The server began anew: what stands here stays to be read, but none of it will be edited or come again.
function forget() {
  for (const [key, turn] of shown) if (!turn.classList.contains("pending")) shown.delete(key);
  for (const turn of log.querySelectorAll("[data-ref]")) delete turn.dataset.ref;
}

function enlarge(isLarge) {
  document.documentElement.dataset.size = isLarge ? "large" : "";
  document.getElementById("large").setAttribute("aria-pressed", String(isLarge));
}

const unread = switchBetweenPeople(user);
const compose = composeFor(user, { say: (text) => give({ text }), send: (files) => give({ files }), complain });
enlarge(localStorage.getItem("zhishu.large") === "1");
document.getElementById("large").addEventListener("click", () => {
  const isLarge = document.documentElement.dataset.size !== "large";
  localStorage.setItem("zhishu.large", isLarge ? "1" : "0");
  enlarge(isLarge);
  compose.fit();
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  away = 0;
  document.title = TITLE;
  outbox.poke();
});
addEventListener("online", () => outbox.poke());

const line = new Line(user, {
  event: show,
  forgotten: forget,
  ready,
  unread,
  lost: () => (lost.hidden = false),
  found: () => {
    if (!lost.hidden) outbox.poke();
    lost.hidden = true;
  },
});
line.open();
outbox.poke();
