/** Asks one path over and over on kept-alive connections, as a process of its own: `node api-load.ts URL CONNECTIONS MS` prints one JSON line. */
import { connect, type Socket } from 'node:net';

export interface Load {
  readonly requestsPerSecond: number;
  readonly p99Ms: number;
  readonly requests: number;
}

const headEnd = Buffer.from('\r\n\r\n');

async function load(address: string, connections: number, durationMs: number): Promise<Load> {
  const url = new URL(address);
  const request = `GET ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\nConnection: keep-alive\r\n\r\n`;
  const durations: number[] = [];
  const end = performance.now() + durationMs;
  const start = performance.now();
  await Promise.all(Array.from({ length: connections }, () => one(url, request, end, durations)));
  const elapsed = performance.now() - start;
  durations.sort((a, b) => a - b);
  return {
    requests: durations.length,
    requestsPerSecond: (durations.length * 1000) / elapsed,
    p99Ms: durations[Math.floor(durations.length * 0.99)] ?? Number.NaN,
  };
}

/** One connection, one request at a time; a server that closes after an answer is connected to again. */
function one(url: URL, request: string, end: number, durations: number[]): Promise<void> {
  return new Promise((resolve, reject) => {
    let asked = 0;
    let head: Buffer = Buffer.alloc(0);
    let closing = false;
    let missing = -1;
    let socket = open();

    function open(): Socket {
      return connect(Number(url.port), url.hostname, ask)
        .setNoDelay()
        .on('data', take)
        .on('close', reopen)
        .on('error', reject);
    }
    function reopen(): void {
      if (performance.now() < end) socket = open();
      else resolve();
    }
    function ask(): void {
      asked = performance.now();
      if (asked >= end) {
        socket.end();
        return;
      }
      missing = -1;
      head = Buffer.alloc(0);
      socket.write(request);
    }
    function take(chunk: Buffer): void {
      if (missing < 0) {
        head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
        const at = head.indexOf(headEnd);
        if (at < 0) return;
        const text = head.subarray(0, at).toString('latin1');
        if (!text.startsWith('HTTP/1.1 200')) {
          reject(new Error(text.split('\r\n')[0]));
          socket.destroy();
          return;
        }
        closing = /connection: close/i.test(text);
        missing = Number(/content-length: (\d+)/i.exec(text)?.[1]) - (head.length - at - headEnd.length);
      } else missing -= chunk.length;
      if (missing > 0) return;
      durations.push(performance.now() - asked);
      if (closing) socket.end();
      else ask();
    }
  });
}

if (import.meta.main) {
  const [address = '', connections = '8', durationMs = '3000'] = process.argv.slice(2);
  console.log(JSON.stringify(await load(address, Number(connections), Number(durationMs))));
}
