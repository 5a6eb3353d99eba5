/**
 * Echo of a level converter: many return what the master sends. The copy at the head of what comes back is stripped; it
 * is no answer and no collision. One filter serves one sent telegram.
 */

export class EchoFilter {
  readonly #sent: Uint8Array;
  #matched = 0;
  #done: boolean;

  constructor(sent: Uint8Array) {
    this.#sent = sent;
    this.#done = sent.length === 0;
  }

  /** What of these received bytes is no echo. Bytes held as a possible echo come out as soon as they prove to be none. */
  push(chunk: Uint8Array): Uint8Array {
    if (this.#done) return chunk;
    for (let index = 0; index < chunk.length; index++) {
      if (chunk[index] !== this.#sent[this.#matched]) {
        this.#done = true;
        const held = this.#matched - index;
        if (held <= 0) return chunk.subarray(-held);
        const all = new Uint8Array(held + chunk.length);
        all.set(this.#sent.subarray(0, held));
        all.set(chunk, held);
        return all;
      }
      this.#matched += 1;
      if (this.#matched === this.#sent.length) {
        this.#done = true;
        return chunk.subarray(index + 1);
      }
    }
    return NOTHING;
  }

  /** Whether the whole telegram came back. */
  get seen(): boolean {
    return this.#matched === this.#sent.length && this.#matched > 0;
  }
}

const NOTHING = new Uint8Array(0);
