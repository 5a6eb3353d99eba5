/**
 * `decode` and `decode --json`: frame bytes to records with normalised values, and to one JSON line each, beside jMBus
 * and pyMeterBus. Rounds go in turn, ours, theirs, ours …, so that what else the machine does falls on all alike; the
 * figures are medians. The peers are fetched once into .cache/bench by Maven and pip.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { toHex } from '../ingest/mbus/hex.ts';
import { telegramJson } from '../ingest/mbus/json.ts';
import { TelegramDecoder } from '../ingest/mbus/telegram.ts';
import { benchmarkFrames } from './decode-frames.ts';
import type { BenchRow } from './row.ts';

export async function run(): Promise<BenchRow[]> {
  const frames = benchmarkFrames();
  mkdirSync(CACHE, { recursive: true });
  const file = `${CACHE}/frames.hex`;
  writeFileSync(file, `${frames.map((frame) => toHex(frame)).join('\n')}\n`);
  const jmbus = startJmbus(file);
  const pymeterbus = startPymeterbus(file);
  try {
    const ours = { records: oursRecords(frames), json: oursJson(frames) };
    // The first rounds only warm the three runtimes up.
    await inTurn([ours.records, ours.json, jmbus.round(''), pymeterbus.round('decode '), pymeterbus.round('json ')], 1);
    const [records, json, java, python, pythonJson] = await inTurn(
      [ours.records, ours.json, jmbus.round(''), pymeterbus.round('decode '), pymeterbus.round('json ')],
      ROUNDS,
    );
    return [
      row('decode beside jMBus', records!, java!),
      row('decode beside pyMeterBus', records!, python!),
      row('decode --json beside pyMeterBus', json!, pythonJson!),
    ];
  } finally {
    jmbus.stop();
    pymeterbus.stop();
  }
}

/** Works for a round and gives frames per second. */
type Round = () => Promise<number>;

/** The median of each runner over `rounds` turns. */
async function inTurn(runners: readonly Round[], rounds: number): Promise<number[]> {
  const figures: number[][] = runners.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, runner] of runners.entries()) figures[index]!.push(await runner());
  }
  return figures.map((list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)]!);
}

function oursRecords(frames: readonly Uint8Array[]): Round {
  const decoder = new TelegramDecoder();
  return timed(frames, (frame) => {
    const telegram = decoder.decode(frame);
    return telegram.kind === 'telegram' ? telegram.records.length : 0;
  });
}

function oursJson(frames: readonly Uint8Array[]): Round {
  const decoder = new TelegramDecoder();
  // Reading the last character makes the engine join the pieces of the string, as writing the line would.
  return timed(frames, (frame) => {
    const line = telegramJson(decoder.decode(frame));
    return line.charCodeAt(line.length - 1);
  });
}

function timed(frames: readonly Uint8Array[], work: (frame: Uint8Array) => number): Round {
  return async () => {
    let sum = 0;
    let count = 0;
    const start = performance.now();
    let elapsed = 0;
    do {
      for (let pass = 0; pass < 50; pass++) for (const frame of frames) sum += work(frame);
      count += 50 * frames.length;
      elapsed = performance.now() - start;
    } while (elapsed < ROUND_MS);
    if (sum === 0) throw new Error('nothing was decoded');
    return (count * 1000) / elapsed;
  };
}

interface Peer {
  round(work: string): Round;
  stop(): void;
}

/** A peer is a process that runs a round for every line it is given and answers with frames per second. */
function startPeer(command: string, args: readonly string[]): Peer {
  const child: ChildProcess = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const answers: Interface = createInterface({ input: child.stdout! });
  const lines = answers[Symbol.asyncIterator]();
  return {
    round: (work) => async () => {
      child.stdin!.write(`${work}${ROUND_MS}\n`);
      const answer = await lines.next();
      if (answer.done === true) throw new Error(`${command} has ended`);
      return Number(answer.value);
    },
    stop: () => {
      child.stdin!.end();
      answers.close();
    },
  };
}

function startJmbus(file: string): Peer {
  const home = `${CACHE}/jmbus`;
  if (!existsSync(`${home}/classes/DecodeJmbus.class`)) {
    const copy = ['-q', 'dependency:copy-dependencies', `-DoutputDirectory=${home}/lib`];
    execFileSync('mvn', copy, { cwd: `${PEERS}/decode-jmbus`, stdio: 'inherit' });
    const source = `${PEERS}/decode-jmbus/DecodeJmbus.java`;
    execFileSync('javac', ['-cp', `${home}/lib/*`, '-d', `${home}/classes`, source], { stdio: 'inherit' });
  }
  return startPeer('java', ['-cp', `${home}/lib/*:${home}/classes`, 'DecodeJmbus', file]);
}

function startPymeterbus(file: string): Peer {
  const home = `${CACHE}/pymeterbus`;
  if (!existsSync(`${home}/bin/python`)) {
    execFileSync('python3', ['-m', 'venv', home], { stdio: 'inherit' });
    const requirements = `${PEERS}/decode-pymeterbus/requirements.txt`;
    execFileSync(`${home}/bin/pip`, ['install', '-q', '-r', requirements], { stdio: 'inherit' });
  }
  return startPeer(`${home}/bin/python`, [`${PEERS}/decode-pymeterbus/decode_pymeterbus.py`, file]);
}

function row(name: string, ours: number, peer: number): BenchRow {
  return { name, ours, peer, ratio: ours / peer, unit: 'frames/s' };
}

const PEERS = fileURLToPath(new URL('./peers', import.meta.url));
const CACHE = fileURLToPath(new URL('../.cache/bench', import.meta.url));
const ROUNDS = 7;
const ROUND_MS = 1000;

if (import.meta.main) {
  for (const { name, ours, peer, ratio, unit } of await run()) {
    console.log(`${name}: ${Math.round(ours)} ${unit}, peer ${Math.round(peer)}, ratio ${ratio.toFixed(2)}`);
  }
}
