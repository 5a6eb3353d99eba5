import { expect, test } from 'vitest';
import { decodeTransferBlock, type TransferBlock } from '../../../../ingest/dlms/block-transfer/block.ts';
import { addTransferBlock, endTransferBlocks, noBlocks } from '../../../../ingest/dlms/block-transfer/reassembly.ts';
import { encodeTransferBlocks } from '../../../../ingest/simulator/e450-frames.ts';

const messageA = Uint8Array.from({ length: 25 }, (_, index) => index);
const messageB = Uint8Array.from({ length: 25 }, (_, index) => 100 + index);

function blocksOf(message: Uint8Array): readonly [TransferBlock, TransferBlock, TransferBlock] {
  const [a, b, c] = encodeTransferBlocks(message, 10).map((bytes) => {
    const decoded = decodeTransferBlock(Uint8Array.from(bytes));
    if (!decoded.ok) throw new Error(decoded.code);
    return decoded.value.block;
  });
  return [a!, b!, c!];
}

function feed(blocks: readonly TransferBlock[]) {
  let reassembly = noBlocks;
  const seen: unknown[] = [];
  const take = (step: ReturnType<typeof addTransferBlock>) => {
    reassembly = step.reassembly;
    for (const { code, facts } of step.faults) seen.push(facts.missing ? [code, facts.missing] : [code, facts.block]);
    if (step.message) seen.push(step.message.disordered ? { disordered: step.message.bytes } : step.message.bytes);
  };
  for (const block of blocks) take(addTransferBlock(reassembly, block));
  take(endTransferBlocks(reassembly));
  return seen;
}

const [a1, a2, a3] = blocksOf(messageA);
const [b1, b2, b3] = blocksOf(messageB);
/** Of a message of four blocks: its third is not its last. */
const c3: TransferBlock = { ...a3, last: false, data: Uint8Array.of(1, 2) };
const c4: TransferBlock = { ...a3, number: 4, data: Uint8Array.of(3) };

test.each([
  ['in order', [a1, a2, a3], [messageA]],
  ['two messages', [a1, a2, a3, b1, b2, b3], [messageA, messageB]],
  ['the same message twice is two messages', [a1, a2, a3, a1, a2, a3], [messageA, messageA]],
  ['first block lost', [a2, a3, b1, b2, b3], [['BLOCK_LOST', [1]], messageB]],
  ['middle block lost', [a1, a3, b1, b2, b3], [['BLOCK_LOST', [2]], messageB]],
  ['last block lost', [a1, a2, b1, b2, b3], [['BLOCK_LOST', [3]], messageB]],
  ['last block lost at the end of the stream', [a1, a2], [['BLOCK_LOST', [3]]]],
  ['first block repeated', [a1, a1, a2, a3], [['BLOCK_REPEATED', 1], messageA]],
  ['middle block repeated later', [a1, a2, a2, a3], [['BLOCK_REPEATED', 2], messageA]],
  ['last block repeated', [a1, a2, a3, a3], [messageA, ['BLOCK_REPEATED', 3]]],
  ['out of order', [a1, a3, a2], [{ disordered: messageA }]],
  ['backwards', [a3, a2], [['BLOCK_LOST', [1]]]],
  [
    'end of one and start of the next lost, same number',
    [a1, a2, b2, b3],
    [
      ['BLOCK_LOST', [3]],
      ['BLOCK_LOST', [1]],
    ],
  ],
  [
    'a block behind the last one',
    [a1, a3, c4],
    [
      ['BLOCK_LOST', [2]],
      ['BLOCK_LOST', [1, 2, 3]],
    ],
  ],
  [
    'a last block before one that is held',
    [a1, c3, { ...b2, last: true }],
    [
      ['BLOCK_LOST', [2, 4]],
      ['BLOCK_LOST', [1]],
    ],
  ],
  [
    'a second last block',
    [a2, a3, b3],
    [
      ['BLOCK_LOST', [1]],
      ['BLOCK_LOST', [1, 2]],
    ],
  ],
])('%s', (_name, blocks, expected) => {
  expect(feed(blocks)).toEqual(expected);
});

test('a message beyond the bound is given up', () => {
  const blocks = Array.from({ length: 1100 }, (_, index) => ({ ...a1, number: index + 1, data: new Uint8Array(100) }));
  expect(JSON.stringify(feed(blocks))).toContain('BLOCK_OVERFLOW');
});

test.each([
  ['too short', [0xe0, 0x40, 0, 1], 'BLOCK_HEADER'],
  ['number 0', [0xe0, 0x40, 0, 0, 0, 0, 1, 9], 'BLOCK_HEADER'],
  ['longer than what is there', [0xe0, 0x40, 0, 1, 0, 0, 5, 9], 'BLOCK_HEADER'],
  ['a length that cannot be', [0xe0, 0x40, 0, 1, 0, 0, 0x85, 9], 'BLOCK_HEADER'],
])('a header %s', (_name, bytes, code) => {
  expect(decodeTransferBlock(Uint8Array.from(bytes))).toMatchObject({ ok: false, code });
});

test('control, numbers and a length of two bytes', () => {
  const data = new Uint8Array(300).fill(7);
  const bytes = Uint8Array.from([0xe0, 0xc5, 0x01, 0x02, 0x03, 0x04, 0x82, 0x01, 0x2c, ...data]);
  expect(decodeTransferBlock(bytes)).toEqual({
    ok: true,
    value: { block: { last: true, streaming: true, window: 5, number: 258, acknowledged: 772, data }, next: 309 },
  });
});
