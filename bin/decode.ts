/**
 * `releve decode [FILE|-]`: hex of frames in, one a line, one JSON object a frame out. A broken frame gives an error
 * object and the next line goes on; the exit code stays 0, because saying what is broken is what the command is for.
 */
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { decodeExactFrame } from '../ingest/mbus/frame/exact.ts';
import { LONG_OVERHEAD, START_LONG } from '../ingest/mbus/frame/link-frame.ts';
import { fromHexLine } from '../ingest/mbus/hex.ts';
import { telegramJson } from '../ingest/mbus/json.ts';
import { TelegramDecoder, type TelegramOptions } from '../ingest/mbus/telegram.ts';

export interface DecodeOptions {
  readonly dlms?: boolean;
  readonly key?: string;
  readonly authKey?: string;
  readonly mbusKey?: string;
  readonly mbusAddress?: string;
}

/** Adds the command to the program. Objects go to `output`, one a line. */
export function registerDecode(program: Command, output: NodeJS.WritableStream = process.stdout): void {
  program
    .command('decode')
    .description('décode des trames M-Bus (ou DLMS) en hexadécimal : une par ligne, un objet JSON par trame')
    .argument('[fichier]', 'fichier de trames, « - » pour l’entrée standard', '-')
    .option('--dlms', 'trames DLMS/COSEM d’un E450 (HDLC ou M-Bus)')
    .option('--key <hex>', 'DLMS : clé de chiffrement (GUEK), 32 chiffres hexadécimaux')
    .option('--auth-key <hex>', 'DLMS : clé d’authentification (GAK), 32 chiffres hexadécimaux')
    .option('--mbus-key <hex>', 'M-Bus : clé AES-128 du mode de chiffrement 5, 32 chiffres hexadécimaux')
    .option(
      '--mbus-address <hex>',
      'M-Bus : adresse secondaire du compteur (16 chiffres), pour un en-tête court chiffré',
    )
    .addHelpText('after', DECODE_EXAMPLE)
    .action(async (file: string, options: DecodeOptions, command: Command) => {
      const problem = keyProblem(options);
      if (problem !== null) command.error(problem, { exitCode: 2 });
      const input = file === '-' ? process.stdin : await openCapture(file);
      if (input === null) return command.error(`${file} : fichier illisible`, { exitCode: 1 });
      const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
      const writer = new LineWriter(output);
      if (options.dlms === true) await decodeDlmsLines(lines, options, writer.write);
      else await decodeMbusLines(lines, options, writer.write);
      writer.end();
    });
}

/**
 * Classical M-Bus: every line with bytes is exactly one frame. A long frame that a dump has broken over several lines is put together
 * again where its length says so and it is then sound; else each line is reported by itself.
 */
export async function decodeMbusLines(
  lines: AsyncIterable<string>,
  options: DecodeOptions,
  write: (line: string) => void,
): Promise<void> {
  const decoder = new TelegramDecoder(telegramOptions(options));
  let waiting: Uint8Array[] = [];
  const report = (bytes: Uint8Array): void => write(telegramJson(decoder.decode(bytes)));
  const giveUp = (): void => {
    for (const bytes of waiting) report(bytes);
    waiting = [];
  };
  for await (const line of lines) {
    if (isBlank(line)) continue;
    const bytes = fromHexLine(line);
    if (bytes === null) {
      giveUp();
      write(NOT_HEX);
      continue;
    }
    const isBegun = missingBytes(bytes) > 0;
    if (waiting.length > 0) {
      const together = Buffer.concat([...waiting, bytes]);
      const goesOn = missingBytes(together) > 0;
      if (!goesOn && decodeExactFrame(together).kind !== 'rejected') {
        waiting = [];
        report(together);
        continue;
      }
      if (goesOn && !isBegun && decodeExactFrame(bytes).kind === 'rejected') {
        waiting.push(bytes);
        continue;
      }
      giveUp();
    }
    if (isBegun) waiting.push(bytes);
    else report(bytes);
  }
  giveUp();
}

/** What the beginning of a long frame still lacks; 0 for anything else. */
function missingBytes(bytes: Uint8Array): number {
  const isLong = bytes.length >= 4 && bytes[0] === START_LONG && bytes[3] === START_LONG && bytes[1] === bytes[2];
  return isLong ? Math.max(0, bytes[1]! + LONG_OVERHEAD - bytes.length) : 0;
}

/**
 * DLMS: a push may be one line or several, one a block. Lines that give nothing by themselves wait for those that
 * complete them; what is left over at the end is reported.
 */
export async function decodeDlmsLines(
  lines: AsyncIterable<string>,
  options: DecodeOptions,
  write: (line: string) => void,
): Promise<void> {
  const { decodeDlmsHex } = await import('../ingest/dlms/decode.ts');
  const decode = (hex: string): object[] => decodeDlmsHex(hex, { key: options.key, authKey: options.authKey });
  const waiting: string[] = [];
  const report = (objects: readonly object[]): void => {
    for (const object of objects) write(JSON.stringify(object));
  };
  const giveUp = (): void => {
    for (const hex of waiting.splice(0)) report(decode(hex));
  };
  for await (const line of lines) {
    if (isBlank(line)) continue;
    const hex = withoutComment(line);
    if (fromHexLine(hex) === null) {
      write(NOT_HEX);
      continue;
    }
    const alone = decode(hex);
    if (alone.some(isPush)) {
      giveUp();
      report(alone);
      continue;
    }
    waiting.push(hex);
    const together = waiting.length > 1 ? decode(waiting.join(' ')) : [];
    if (together.some(isPush)) {
      waiting.length = 0;
      report(together);
    } else if (waiting.length >= MAXIMUM_WAITING_LINES) giveUp();
  }
  giveUp();
}

function telegramOptions(options: DecodeOptions): TelegramOptions {
  const key = options.mbusKey === undefined ? null : fromHexLine(options.mbusKey);
  const address = options.mbusAddress === undefined ? null : fromHexLine(options.mbusAddress);
  return { ...(key === null ? {} : { key }), ...(address === null ? {} : { address }) };
}

/** What is wrong with the keys, in words; null when nothing is. */
function keyProblem(options: DecodeOptions): string | null {
  for (const [name, text, bytes] of [
    ['--key', options.key, 16],
    ['--auth-key', options.authKey, 16],
    ['--mbus-key', options.mbusKey, 16],
    ['--mbus-address', options.mbusAddress, 8],
  ] as const) {
    if (text !== undefined && fromHexLine(text)?.length !== bytes) {
      return `${name} : ${2 * bytes} chiffres hexadécimaux attendus`;
    }
  }
  return null;
}

function isPush(object: object): boolean {
  return 'frame' in object;
}

function isBlank(line: string): boolean {
  return withoutComment(line).trim() === '';
}

function withoutComment(line: string): string {
  const hash = line.indexOf('#');
  return hash < 0 ? line : line.slice(0, hash);
}

async function openCapture(file: string): Promise<NodeJS.ReadableStream | null> {
  try {
    return (await open(file)).createReadStream({ encoding: 'latin1' });
  } catch {
    return null;
  }
}

/** Writes the lines of one piece of input together: one system call a frame would cost more than the decoding. */
class LineWriter {
  readonly #output: NodeJS.WritableStream;
  #waiting = '';

  constructor(output: NodeJS.WritableStream) {
    this.#output = output;
  }

  readonly write = (line: string): void => {
    if (this.#waiting === '') setImmediate(() => this.end());
    this.#waiting += line + '\n';
    if (this.#waiting.length >= PIECE_LENGTH) this.end();
  };

  end(): void {
    if (this.#waiting !== '') this.#output.write(this.#waiting);
    this.#waiting = '';
  }
}

const PIECE_LENGTH = 65_536;

/** More lines than the blocks of any push that we know. */
const MAXIMUM_WAITING_LINES = 32;
const NOT_HEX = '{"error":"FRAME_HEX"}';

const DECODE_EXAMPLE = `
Exemple :
  $ echo '68 03 03 68 08 01 70 79 16' | releve decode -
  $ releve decode --dlms --key 00112233445566778899AABBCCDDEEFF capture.hex`;
