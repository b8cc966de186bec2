// The demo's switch: who I am, who else I could be, and who of them has something unread.

export function switchBetweenPeople(me) {
  const sheet = document.getElementById("people");
  if (!sheet) return () => {};
  document.getElementById("switch").addEventListener("click", () => sheet.showModal());
  document.getElementById("people-close").addEventListener("click", () => sheet.close());
  sheet.addEventListener("click", (click) => click.target === sheet && sheet.close());
  sheet.addEventListener("toggle", () => sheet.open && sheet.querySelector("[aria-current]")?.scrollIntoView({ block: "center" }));
  document.getElementById("people-find")?.addEventListener("input", (typed) => narrow(sheet, typed.target.value));
  if ("choose" in document.body.dataset) sheet.showModal();
  return (counts) => showUnread(sheet, counts, me);
}

function narrow(sheet, typed) {
  const wanted = typed.trim().split(/\s+/);
  let any = false;
  for (const section of sheet.querySelectorAll("section")) {
    let shown = false;
    for (const item of section.querySelectorAll("li")) {
      item.hidden = !wanted.every((word) => item.dataset.words.includes(word));
      shown ||= !item.hidden;
    }
    section.hidden = !shown;
    any ||= shown;
  }
  document.getElementById("people-nobody").hidden = any;
}

function showUnread(sheet, counts, me) {
  let others = 0;
  for (const link of sheet.querySelectorAll("[data-person]")) {
    const count = link.dataset.person === me ? 0 : (counts[link.dataset.person] ?? 0);
    others += count;
    setBadge(link.querySelector(".badge"), count, "条未读");
  }
  setBadge(document.getElementById("others"), others, "条别人的未读消息");
}

export function setBadge(badge, count, words) {
  badge.hidden = count === 0;
  badge.textContent = count > 99 ? "99+" : String(count);
  badge.setAttribute("aria-label", `${count} ${words}`);
}
