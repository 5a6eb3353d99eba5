import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { registerDecode } from '../../bin/decode.ts';

async function decode(text: string, ...args: string[]): Promise<unknown[]> {
  const folder = mkdtempSync(join(tmpdir(), 'releve-decode-'));
  try {
    const file = join(folder, 'capture.hex');
    writeFileSync(file, text);
    let printed = '';
    const output = new Writable({
      write(chunk, _, done) {
        printed += String(chunk);
        done();
      },
    });
    const program = new Command().exitOverride().configureOutput({ writeErr: () => {} });
    registerDecode(program, output);
    for (const command of program.commands) command.exitOverride().configureOutput({ writeErr: () => {} });
    await program.parseAsync(['node', 'releve', 'decode', ...args, file]);
    return printed
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('releve decode', () => {
  test('one object a frame, in order; comments, spaces and empty lines are skipped', async () => {
    const text = '# capture\n\n10 5B 01 5C 16   # request\r\nE5\n  68040468080170088116\n';
    expect(await decode(text)).toMatchObject([
      { frame: 'short', control: 'REQ_UD2' },
      { frame: 'ack' },
      { frame: 'long', error: 'APPLICATION_BUSY' },
    ]);
  });

  test('a broken frame is an error object and the next line goes on', async () => {
    expect(await decode('68 04 04 68 08 01 70 08 82 16\nno hex\nE\nE5\n')).toEqual([
      { error: 'FRAME_CHECKSUM', expected: 0x81, actual: 0x82 },
      { error: 'FRAME_HEX' },
      { error: 'FRAME_HEX' },
      { frame: 'ack' },
    ]);
  });

  test('a long frame over several lines is put together; one that is cut off is reported by itself', async () => {
    // RSP_UD from 1, no header (78): 1 Wh.
    const lines = ['68 09 09 68 08 01', '78 04 03', '01 00 00 00 89 16'];
    expect(await decode(`${lines.join('\n')}\nE5\n`)).toMatchObject([
      { frame: 'long', records: [{ quantity: 'energy', value: 1 }] },
      { frame: 'ack' },
    ]);
    expect(await decode(`${lines[0]}\n${lines.join('\n')}\nE5\n${lines[0]}\nE5\n${lines[0]}\n`)).toMatchObject([
      { error: 'FRAME_LENGTH', expected: 15, actual: 6 },
      { frame: 'long', records: [{ value: 1 }] },
      { frame: 'ack' },
      { error: 'FRAME_LENGTH' },
      { frame: 'ack' },
      { error: 'FRAME_LENGTH' },
    ]);
  });

  test('an encrypted telegram needs its key', async () => {
    const frame = '681F1F680801727856341296490102 2A001005E0148A61D777CAFE48489204E4D07CB5B016'.replaceAll(' ', '');
    expect(await decode(frame)).toMatchObject([{ error: 'ENCRYPTION_KEY_MISSING', header: { id: '12345678' } }]);
    const [opened] = await decode(frame, '--mbus-key', '000102030405060708090A0B0C0D0E0F');
    expect(opened).toMatchObject({
      records: [
        { quantity: 'energy', value: 123456 },
        { quantity: 'power', value: -50 },
      ],
    });
  });

  test('a wrong key or a missing file is wrong usage', async () => {
    await expect(decode('E5', '--mbus-key', '12')).rejects.toMatchObject({ exitCode: 2 });
    await expect(decode('E5', '--mbus-address', 'zz')).rejects.toMatchObject({ exitCode: 2 });
    await expect(decode('E5', '/nowhere/capture.hex')).rejects.toBeDefined();
  });
});
