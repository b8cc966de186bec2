// The check-in board: shows what the server says, and says itself when it has not heard from it for a while.

const $ = (id) => document.getElementById(id);
const HEARD_WITHIN = 40000; // a beat comes every 15 seconds at the latest
const STALE_AFTER = 25000; // the server takes a code for one more turn, so this long it is still worth showing
const OVER = { closed: "签到结束，谢谢大家！", cancelled: "这次会议取消了。", convened: "签到还没有开始。" };

let stream = null;
let heard = performance.now();
let turnsAt = 0;
let ended = false;
let again = 0;
let names = false;

function connect() {
  clearTimeout(again);
  stream?.close();
  heard = performance.now();
  stream = new EventSource(`${location.pathname}/events${names ? "?names=1" : ""}`);
  stream.addEventListener("count", (event) => { hear(); showCount(JSON.parse(event.data)); });
  stream.addEventListener("code", (event) => { hear(); showCode(JSON.parse(event.data)); });
  stream.addEventListener("beat", hear);
  stream.addEventListener("over", (event) => end(JSON.parse(event.data).words));
  stream.onerror = () => {
    lose();
    // A refusal, unlike a broken line, is not tried again by the browser.
    if (stream.readyState === EventSource.CLOSED && !ended) again = setTimeout(connect, 2000);
  };
}

function hear() {
  heard = performance.now();
  $("lost").hidden = true;
}

function lose() {
  if (ended || !$("lost").hidden) return;
  const now = new Date();
  const at = `${now.getHours()}:${String(now.getMinutes()).padStart(2, "0")}`;
  $("lost").textContent = `连接断开了，正在自动重新连接。下面的人数是 ${at} 的。`;
  $("lost").hidden = false;
}

function end(words) {
  ended = true;
  stream.close();
  hideCode();
  $("lost").textContent = words;
  $("lost").hidden = false;
}

function showCode({ digits, side, path, left }) {
  turnsAt = performance.now() + left;
  $("qr").setAttribute("viewBox", `0 0 ${side} ${side}`);
  $("qr-path").setAttribute("d", path);
  $("digits").textContent = `${digits.slice(0, 3)} ${digits.slice(3)}`;
  $("digits").setAttribute("aria-label", [...digits].join(" "));
  $("qr").removeAttribute("hidden");
  $("wait").hidden = true;
  tick();
}

function hideCode() {
  turnsAt = 0;
  $("qr").setAttribute("hidden", "");
  $("wait").hidden = false;
  $("digits").textContent = "……";
  $("digits").removeAttribute("aria-label");
}

function showCount({ state, present, expected, excused, guests, quorum, names: there }) {
  document.body.dataset.state = state;
  const open = state === "open";
  $("code").hidden = !open;
  $("over").hidden = open;
  $("over").textContent = OVER[state] ?? "";
  if (!open) hideCode();
  $("present").textContent = present;
  $("expected").textContent = expected;
  $("also").textContent = [excused && `请假 ${excused} 人`, guests && `列席 ${guests} 人`].filter(Boolean).join("，");
  $("quorum").replaceChildren(...quorum.map(([words, short]) => item(words, short ? "short" : "")));
  $("names").hidden = !there;
  document.body.classList.toggle("named", Boolean(there));
  $("list").replaceChildren(...(there ?? []).map((name) => item(name)));
}

function item(textContent, className = "") {
  return Object.assign(document.createElement("li"), { textContent, className });
}

function tick() {
  const left = turnsAt - performance.now();
  const seconds = Math.max(Math.ceil(left / 1000), 0);
  $("left").value = seconds;
  $("seconds").textContent = turnsAt ? `${seconds} 秒后换新码` : "30 秒换一次";
  if (turnsAt && left < -STALE_AFTER) hideCode();
  if (!ended && performance.now() - heard > HEARD_WITHIN) {
    lose();
    connect();
  }
}

$("names-switch").addEventListener("click", () => {
  names = !names;
  $("names-switch").setAttribute("aria-pressed", names);
  $("names-switch").textContent = names ? "不显示姓名" : "显示姓名";
  if (!ended) connect();
});
$("whole").addEventListener("click", () => {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen?.().catch(() => {});
});
$("whole").hidden = !document.fullscreenEnabled;

// Keep the screen of a phone that lies on the table from going dark, where the browser allows it.
const stayAwake = () => document.visibilityState === "visible" && navigator.wakeLock?.request("screen").catch(() => {});
document.addEventListener("visibilitychange", stayAwake);
window.addEventListener("online", () => { if (!ended) connect(); });
setInterval(tick, 500);
stayAwake();
connect();
