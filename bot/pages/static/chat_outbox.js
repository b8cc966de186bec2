// What was said and is not yet known to have arrived: kept in the browser, sent one at a time and in order.

const PATIENCE = 5;

export class Outbox {
  // heard = {sent(item, answer), refused(item, sentence), waiting(item), stuck(item)}
  constructor(user, heard) {
    this.user = user;
    this.heard = heard;
    this.prefix = `zhishu.unsent.${user}.`;
    this.items = this.#stored();
    this.busy = false;
    this.hurry = () => {};
  }

  add(item) {
    const whole = { id: newId(), at: new Date().toISOString(), ...item };
    this.items.push(whole);
    if (!whole.files) keep(this.prefix + whole.id, JSON.stringify(whole));
    this.#drain();
    return whole;
  }

  holds(test) {
    return this.items.some(test);
  }

  again(item) {
    this.items.push(item);
    this.#drain();
  }

  // Something suggests that the way is free again.
  poke() {
    this.hurry();
    this.#drain();
  }

  #stored() {
    const found = [];
    for (let at = 0; at < localStorage.length; at += 1) {
      const key = localStorage.key(at);
      if (key.startsWith(this.prefix)) found.push(JSON.parse(localStorage.getItem(key)));
    }
    return found.sort((one, other) => (one.at < other.at ? -1 : 1));
  }

  async #drain() {
    if (this.busy) return;
    this.busy = true;
    for (let failures = 0; this.items.length; ) {
      const item = this.items[0];
      const { status, answer } = await this.#post(item);
      if (status >= 200 && status < 300) {
        this.#forget(item);
        this.heard.sent(item, answer);
        failures = 0;
      } else if (status >= 400 && status < 500 && ![408, 425, 429].includes(status)) {
        this.#forget(item);
        this.heard.refused(item, answer.problem || "这条没有发成功，请刷新页面后再试。");
        failures = 0;
      } else if (status >= 500 && (failures += 1) >= PATIENCE) {
        this.items.shift();
        this.heard.stuck(item);
        failures = 0;
      } else {
        this.heard.waiting(item);
        await this.#pause(Math.min(1000 * 2 ** failures, 15000));
      }
    }
    this.busy = false;
  }

  async #post(item) {
    const base = `/chat/${encodeURIComponent(this.user)}`;
    try {
      const response = item.files
        ? await fetch(`${base}/files`, { method: "POST", body: form(item), signal: AbortSignal.timeout(300000) })
        : await fetch(`${base}/messages`, {
            method: "POST",
            headers: { "Content-Type": "application/json" },
            body: JSON.stringify(item),
            signal: AbortSignal.timeout(30000),
          });
      return { status: response.status, answer: await response.json().catch(() => ({})) };
    } catch {
      return { status: 0, answer: {} };
    }
  }

  #forget(item) {
    this.items.shift();
    localStorage.removeItem(this.prefix + item.id);
  }

  #pause(milliseconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.hurry = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function keep(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // A full or forbidden store only costs the resend after a reload.
  }
}

function form(item) {
  const data = new FormData();
  data.append("id", item.id);
  for (const file of item.files) data.append("file", file, file.name);
  return data;
}

function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (each) => each.toString(16).padStart(2, "0")).join("");
}
