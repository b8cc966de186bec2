// The line at the bottom: words, files, 菜单; what is typed survives a reload.

export const ROOM = 20 * 1024 * 1024;

export function composeFor(user, { say, send, complain }) {
  const form = document.getElementById("compose");
  const words = document.getElementById("words");
  const picker = document.getElementById("file");
  const draft = `zhishu.draft.${user}`;

  const fit = () => {
    form.classList.toggle("typed", words.value.trim() !== "");
    words.style.height = "auto";
    words.style.height = `${words.scrollHeight + words.offsetHeight - words.clientHeight}px`;
    if (words.value) localStorage.setItem(draft, words.value);
    else localStorage.removeItem(draft);
  };
  const submit = () => {
    const text = words.value.trim();
    if (!text) return;
    words.value = "";
    fit();
    say(text);
  };
  const give = (files) => {
    const chosen = [...files];
    const empty = chosen.find((file) => file.size === 0);
    if (empty) complain(`“${empty.name}”是空的，没有内容。请检查后重新选。`);
    else if (chosen.length > 10) complain("一次最多发 10 个文件，请分几次发。");
    else if (chosen.reduce((sum, file) => sum + file.size, 0) > ROOM) complain("文件太大了，一次最多 20 MB。请压缩一下，或分几次发。");
    else if (chosen.length) send(chosen);
  };

  words.addEventListener("input", fit);
  words.addEventListener("keydown", (key) => {
    // While an input method composes, Enter belongs to it; 229 is how older ones say so.
    if (key.key !== "Enter" || key.shiftKey || key.isComposing || key.keyCode === 229) return;
    key.preventDefault();
    submit();
  });
  words.addEventListener("paste", (paste) => {
    if (!paste.clipboardData?.files.length) return;
    paste.preventDefault();
    give(paste.clipboardData.files);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  // Tapping a button must not fold the phone's keyboard away.
  for (const id of ["send", "menu"]) document.getElementById(id).addEventListener("pointerdown", (press) => press.preventDefault());
  document.getElementById("menu").addEventListener("click", () => say("菜单"));
  document.getElementById("attach").addEventListener("click", () => picker.click());
  picker.addEventListener("change", () => {
    give(picker.files);
    picker.value = "";
  });
  words.value = localStorage.getItem(draft) ?? "";
  fit();
  addEventListener("resize", fit);
  document.fonts?.ready.then(fit);
  return { fit };
}
