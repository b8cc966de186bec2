// Keeps the newest in sight while the reader is at the end, and leaves them alone while they read further up.

import { setBadge } from "./chat_people.js";

const NEAR = 90;
const PAUSE = 5000; // what comes later than this after the last is no part of the same answer

export class Scroll {
  constructor() {
    this.view = document.getElementById("scroll");
    this.down = document.getElementById("down");
    this.badge = document.getElementById("below");
    this.following = true;
    this.anchor = null;
    this.below = 0;
    this.cameAt = 0;
    this.before = { top: 0, height: 0, room: 0 };
    this.view.addEventListener("scroll", () => this.#moved(), { passive: true });
    this.down.addEventListener("click", () => this.toEnd());
    const watch = new ResizeObserver(() => this.settle());
    watch.observe(this.view);
    watch.observe(document.getElementById("log"));
  }

  // A new bubble of the other side: the first of an answer stays in sight, however much comes with it. What comes by
  // itself afterwards, such as a notice, is shown from its own beginning, unless the answer is still being read.
  came(turn, isNew) {
    const byItself = isNew && Date.now() - this.cameAt > PAUSE;
    this.cameAt = Date.now();
    const wasRead = turn.offsetTop - this.view.offsetTop <= this.view.scrollTop + this.view.clientHeight;
    if (byItself && wasRead && this.following) this.anchor = turn;
    else this.anchor ??= turn;
    if (isNew && (!this.following || (byItself && !wasRead))) this.below += 1;
    this.settle();
  }

  toEnd() {
    this.anchor = null;
    this.following = true;
    this.below = 0;
    this.settle();
  }

  settle() {
    if (this.following) {
      const end = this.view.scrollHeight - this.view.clientHeight;
      const top = this.anchor?.isConnected ? this.anchor.offsetTop - this.view.offsetTop - 10 : end;
      this.view.scrollTop = Math.min(end, Math.max(top, 0));
    }
    this.#remember();
  }

  #moved() {
    const { top, height, room } = this.before;
    const byLayout = height !== this.view.scrollHeight || room !== this.view.clientHeight;
    const atEnd = this.#left() < 4;
    if (!byLayout && Math.abs(this.view.scrollTop - top) > 2) {
      this.following = atEnd;
      this.anchor = null;
    }
    if (atEnd) this.below = 0;
    this.#remember();
  }

  #left() {
    return this.view.scrollHeight - this.view.clientHeight - this.view.scrollTop;
  }

  #remember() {
    this.before = { top: this.view.scrollTop, height: this.view.scrollHeight, room: this.view.clientHeight };
    this.down.hidden = this.#left() < NEAR;
    setBadge(this.badge, this.down.hidden ? 0 : this.below, "条新消息");
  }
}
