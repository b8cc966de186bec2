// The line from the server: every event once, from where we left off, whatever the phone did in between.

const SILENCE = 40000;
const GRACE = 1500;

export class Line {
  // heard = {event(event), forgotten(), ready(), unread(counts), lost(), found()}; forgotten: ids begin anew
  constructor(user, heard) {
    this.address = `/chat/${encodeURIComponent(user)}/events`;
    this.heard = heard;
    this.last = "";
    this.source = null;
    this.heardAt = Date.now();
    this.missing = 0;
    document.addEventListener("visibilitychange", () => document.hidden || this.#check());
    addEventListener("online", () => this.open());
    addEventListener("offline", () => this.heard.lost());
    addEventListener("pageshow", (shown) => shown.persisted && this.open());
    setInterval(() => this.#check(), 10000);
  }

  open() {
    if (this.source) this.source.close();
    const source = new EventSource(this.last ? `${this.address}?after=${this.last}` : this.address);
    this.source = source;
    const alive = () => {
      this.heardAt = Date.now();
      clearTimeout(this.missing);
      this.missing = 0;
      this.heard.found();
    };
    source.onopen = alive;
    source.onmessage = (message) => {
      alive();
      const epoch = message.lastEventId.split(".")[0];
      if (this.last && !this.last.startsWith(`${epoch}.`)) this.heard.forgotten();
      this.last = message.lastEventId;
      this.heard.event(JSON.parse(message.data));
    };
    source.addEventListener("beat", alive);
    source.addEventListener("ready", () => {
      alive();
      this.heard.ready();
    });
    source.addEventListener("unread", (message) => {
      alive();
      this.heard.unread(JSON.parse(message.data));
    });
    source.onerror = () => {
      this.missing ||= setTimeout(() => this.heard.lost(), GRACE);
      // A browser gives up for good when the answer was not a stream; we do not.
      if (source.readyState === EventSource.CLOSED) setTimeout(() => this.source === source && this.open(), 2000);
    };
  }

  // A phone that slept may hold a line that is dead without knowing it.
  #check() {
    if (Date.now() - this.heardAt > SILENCE) {
      this.heardAt = Date.now();
      this.open();
    }
  }
}
