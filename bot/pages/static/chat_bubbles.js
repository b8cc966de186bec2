// How one event looks. Words of ours come as safe HTML from the server; words of people are only ever set as text.

export function bubbleOf(event, tapped) {
  return event.type === "sent" ? ours(event, tapped) : theirs(event);
}

function ours(event, tapped) {
  const turn = make("article", "turn");
  turn.dataset.ref = event.ref;
  const bubble = make("div", "bubble");
  if (event.html) {
    bubble.append(make("span", "hear", "助手："));
    const words = make("div", "words");
    words.innerHTML = event.html;
    bubble.append(words);
  }
  if (event.files.length) bubble.append(filesOf(event.files));
  turn.classList.toggle("wide", event.files.length > 0);
  if (bubble.childNodes.length) turn.append(bubble);
  if (event.buttons.length) turn.append(buttonsOf(event, tapped));
  turn.append(metaOf(event.at));
  return turn;
}

function theirs(event) {
  const turn = make("article", event.tap ? "turn mine tap" : "turn mine");
  const bubble = make("div", "bubble");
  bubble.append(make("span", "hear", "我："));
  const words = event.tap || event.text;
  if (words) bubble.append(make("span", "", words));
  if (event.files.length) bubble.append(filesOf(event.files));
  turn.append(bubble, metaOf(event.at));
  return turn;
}

function buttonsOf(event, tapped) {
  const box = make("div", "buttons");
  for (const row of event.buttons) {
    const line = make("div", "row");
    for (const each of row) line.append(each.url ? linkOf(each) : optionOf(each, event.ref, tapped));
    box.append(line);
  }
  return box;
}

function optionOf(each, ref, tapped) {
  const option = make("button", "option", each.label);
  option.type = "button";
  option.addEventListener("click", () => tapped(option, each, ref));
  return option;
}

function linkOf(each) {
  const link = make("a", "option", each.label);
  link.href = each.url;
  if (new URL(each.url, location.href).origin !== location.origin) {
    link.target = "_blank";
    link.rel = "noopener noreferrer";
    link.append(make("span", "out", "↗"));
  }
  return link;
}

function filesOf(files) {
  const box = make("div", "files");
  for (const file of files) box.append(file.image ? pictureOf(file) : paperOf(file));
  return box;
}

function pictureOf(file) {
  const link = make("a", "picture");
  const image = make("img", "");
  image.alt = file.name;
  image.addEventListener("load", () => image.classList.toggle("crisp", image.naturalWidth < 260));
  image.src = file.url;
  link.href = file.url;
  link.target = "_blank";
  link.append(image);
  return link;
}

function paperOf(file) {
  const link = make("a", "paper");
  link.href = file.url;
  link.download = file.name;
  const ending = /\.([A-Za-z0-9]{1,5})$/.exec(file.name)?.[1].toLowerCase() ?? "";
  const words = make("span", "paper-words");
  words.append(make("span", "paper-name", file.name), make("small", "", `${sizeOf(file.size)} · 点这里保存`));
  const mark = make("span", `ext ${ending}`, ending.toUpperCase() || "文件");
  mark.setAttribute("aria-hidden", "true");
  link.append(mark, words);
  return link;
}

export function metaOf(at) {
  const meta = make("div", "meta");
  const time = make("time", "", new Date(at).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false }));
  time.dateTime = at;
  meta.append(time);
  return meta;
}

export function dayOf(at) {
  const day = new Date(at);
  const ago = Math.round((midnight(new Date()) - midnight(day)) / 86400000);
  if (ago === 0) return "今天";
  if (ago === 1) return "昨天";
  const sameYear = day.getFullYear() === new Date().getFullYear();
  return day.toLocaleDateString("zh-CN", { year: sameYear ? undefined : "numeric", month: "long", day: "numeric", weekday: "long" });
}

function midnight(day) {
  return new Date(day.getFullYear(), day.getMonth(), day.getDate()).getTime();
}

export function sizeOf(bytes) {
  if (bytes < 1024) return `${bytes} 字节`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

export function make(tag, classes, words = "") {
  const node = document.createElement(tag);
  if (classes) node.className = classes;
  if (words) node.textContent = words;
  return node;
}
