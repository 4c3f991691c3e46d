// A text area with colours behind it, and what could come next beside it.

import { element } from "./schema.js";

const LINE = 20;
const PAIRS = { "{": "}", "(": ")", "[": "]", '"': '"' };
const CLOSING = Object.values(PAIRS);

/** Text in colours. */
export function paint(target, pieces) {
  target.replaceChildren(...pieces.map(([text, kind]) => element("span", kind ? `t-${kind}` : "", text)));
}

export class Editor {
  /** `colours` turns a text into pieces; `offers` tells what could come next, if anything does. */
  constructor(place, { label, colours, offers = () => [], changed = () => {} }) {
    this.colours = colours;
    this.offersFor = offers;
    this.changed = changed;
    this.back = element("pre");
    this.back.setAttribute("aria-hidden", "true");
    this.area = element("textarea");
    Object.assign(this.area, { spellcheck: false, autocapitalize: "off", autocomplete: "off", wrap: "off" });
    this.area.setAttribute("aria-label", label);
    this.list = element("div", "offers");
    this.list.hidden = true;
    place.append(this.back, this.area, this.list);
    this.area.addEventListener("input", () => { this.draw(); this.offer(false); });
    this.area.addEventListener("scroll", () => this.follow());
    this.area.addEventListener("keydown", (event) => this.key(event));
    this.area.addEventListener("blur", () => { this.list.hidden = true; });
    this.area.addEventListener("click", () => { this.list.hidden = true; });
  }

  get text() {
    return this.area.value;
  }

  set text(text) {
    this.area.value = text;
    this.draw();
  }

  draw() {
    // The last line needs something on it to be as high as in the text area.
    paint(this.back, [...this.colours(this.area.value), ["\n ", ""]]);
    this.follow();
    this.changed(this.area.value);
  }

  follow() {
    this.back.scrollTop = this.area.scrollTop;
    this.back.scrollLeft = this.area.scrollLeft;
  }

  /** Writes where the cursor is, so that it can be undone. */
  write(text, from = this.area.selectionStart, to = this.area.selectionEnd) {
    this.area.focus();
    this.area.setSelectionRange(from, to);
    if (!document.execCommand("insertText", false, text)) this.area.setRangeText(text, from, to, "end");
    this.draw();
  }

  key(event) {
    const open = !this.list.hidden;
    const { key } = event;
    if (event.ctrlKey && key === " ") this.offer(true);
    else if (open && (key === "ArrowDown" || key === "ArrowUp")) this.pick(this.picked + (key === "ArrowDown" ? 1 : -1));
    else if (open && (key === "Enter" || key === "Tab") && !event.ctrlKey && !event.metaKey) this.take(this.picked);
    else if (open && key === "Escape") this.list.hidden = true;
    else if (key === "Tab" && !event.shiftKey) this.write("  ");
    else if (key === "Enter" && !event.ctrlKey && !event.metaKey) this.line();
    else if (CLOSING.includes(key) && this.after().startsWith(key)) this.area.selectionStart = this.area.selectionEnd += 1;
    else if (PAIRS[key] && this.alone(key)) this.pair(key);
    else return;
    event.preventDefault();
  }

  before() {
    return this.area.value.slice(0, this.area.selectionStart);
  }

  after() {
    return this.area.value.slice(this.area.selectionEnd);
  }

  /** Whether nothing stands around the cursor that a pair of marks would cling to. */
  alone(mark) {
    const chosen = this.area.selectionStart !== this.area.selectionEnd;
    return !chosen && /^($|[\s)}\]])/.test(this.after()) && !(mark === '"' && /[\w"\\]$/.test(this.before()));
  }

  pair(mark) {
    this.write(mark + PAIRS[mark]);
    this.area.selectionStart = this.area.selectionEnd -= 1;
    this.list.hidden = true;
  }

  line() {
    const before = this.before();
    const indent = /[^\n]*$/.exec(before)[0].match(/^\s*/)[0];
    const opens = /[{([]\s*$/.test(before);
    const closes = /^[})\]]/.test(this.after());
    this.write(`\n${indent}${opens ? "  " : ""}`);
    if (opens && closes) {
      const at = this.area.selectionStart;
      this.write(`\n${indent}`);
      this.area.setSelectionRange(at, at);
    }
    this.list.hidden = true;
  }

  offer(asked) {
    const before = this.before();
    this.begun = /[A-Za-z_]\w*$/.exec(before)?.[0] ?? "";
    if (!this.begun && !asked) { this.list.hidden = true; return; }
    const wanted = this.begun.toLowerCase();
    const all = this.offersFor(this.area.value, before.length).filter((offer) => offer.text.toLowerCase().includes(wanted));
    const first = (offer) => (offer.text.toLowerCase().startsWith(wanted) ? 0 : 1);
    this.offers = all.sort((one, two) => first(one) - first(two)).slice(0, 60);
    const done = this.offers.length === 1 && this.offers[0].text === this.begun;
    this.list.hidden = !this.offers.length || done;
    if (this.list.hidden) return;
    this.list.replaceChildren(...this.offers.map((offer, at) => {
      const row = element("div", "", offer.text);
      row.append(element("small", "", offer.note ?? ""));
      row.addEventListener("mousedown", (event) => { event.preventDefault(); this.take(at); });
      return row;
    }));
    const lines = before.split("\n");
    const place = this.list.style;
    place.top = `${10 + lines.length * LINE - this.area.scrollTop}px`;
    place.left = `${Math.max(4, 12 + (lines.at(-1).length - this.begun.length) * this.wide() - this.area.scrollLeft)}px`;
    this.pick(0);
  }

  /** How wide a letter is. */
  wide() {
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = getComputedStyle(this.area).font;
    return pen.measureText("m").width;
  }

  pick(at) {
    this.picked = (at + this.offers.length) % this.offers.length;
    [...this.list.children].forEach((row, index) => row.classList.toggle("picked", index === this.picked));
    this.list.children[this.picked].scrollIntoView({ block: "nearest" });
  }

  take(at) {
    const end = this.area.selectionStart;
    this.write(this.offers[at].text, end - this.begun.length, end);
    this.list.hidden = true;
  }
}
