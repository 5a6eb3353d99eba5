/**
 * Messages out of transfer blocks, where blocks may be lost, repeated or out of order.
 *
 * A meter that pushes never answers, so nothing can be asked again. Blocks are kept by number until 1 to last are all there.
 * Block 1 begins a new message, unless it is the very block 1 that is held. Another content under a held number, or a second last
 * block, also proves that a new message has begun: the held one is lost. On a wire blocks do not overtake each other, so an order other than
 * rising is a sign of two messages mixed; the message is then given as `disordered`, and only an authentication tag may
 * redeem it. The end of a burst (silence on the line) ends the message as well.
 */
import { concatBytes, sameBytes } from '../bytes.ts';
import type { MessageFault } from '../codes.ts';
import { maximumMessageBytes, maximumMessageParts } from '../message-limit.ts';
import type { TransferBlock } from './block.ts';

export interface BlockReassembly {
  readonly blocks: ReadonlyMap<number, TransferBlock>;
  readonly bytes: number;
  /** Number of the block that came before this one. */
  readonly previous: number;
  readonly disordered: boolean;
  /** The last block of the message given before, to know it again. */
  readonly finished: TransferBlock | undefined;
}

export interface ReassembledMessage {
  readonly bytes: Uint8Array;
  /** Blocks came in another order than their numbers. */
  readonly disordered: boolean;
}

export interface BlockReassemblyStep {
  readonly reassembly: BlockReassembly;
  readonly faults: readonly MessageFault[];
  readonly message?: ReassembledMessage;
}

export const noBlocks: BlockReassembly = {
  blocks: new Map(),
  bytes: 0,
  previous: 0,
  disordered: false,
  finished: undefined,
};

/** Adds a block. */
export function addTransferBlock(reassembly: BlockReassembly, block: TransferBlock): BlockReassemblyStep {
  const known = reassembly.blocks.get(block.number);
  const { finished } = reassembly;
  const repeatsFinished = reassembly.blocks.size === 0 && block.number > 1 && finished && sameBlock(finished, block);
  if ((known && sameBlock(known, block)) || repeatsFinished)
    return { reassembly, faults: [{ code: 'BLOCK_REPEATED', facts: { block: block.number } }] };

  const faults: MessageFault[] = [];
  let held = reassembly;
  if (held.blocks.size > 0 && (known || block.number === 1 || contradictsLast(held, block))) {
    faults.push(lost(held));
    held = noBlocks;
  }
  const blocks = new Map(held.blocks).set(block.number, block);
  const bytes = held.bytes + block.data.length;
  if (bytes > maximumMessageBytes || blocks.size > maximumMessageParts)
    return {
      reassembly: noBlocks,
      faults: [...faults, { code: 'BLOCK_OVERFLOW', facts: { bytes, blocks: blocks.size } }],
    };
  const next = {
    blocks,
    bytes,
    previous: block.number,
    disordered: held.disordered || block.number < held.previous,
    finished: undefined,
  };
  const last = lastNumber(blocks);
  if (last === undefined || blocks.size < last) return { reassembly: next, faults };
  const ordered = [...blocks.values()].sort((a, b) => a.number - b.number);
  return {
    reassembly: { ...noBlocks, finished: ordered.at(-1) },
    faults,
    message: { bytes: concatBytes(ordered.map(({ data }) => data)), disordered: next.disordered },
  };
}

/** The burst, or the stream, is over: what is held will not be completed. */
export function endTransferBlocks(reassembly: BlockReassembly): BlockReassemblyStep {
  return { reassembly: noBlocks, faults: reassembly.blocks.size > 0 ? [lost(reassembly)] : [] };
}

function sameBlock(a: TransferBlock, b: TransferBlock): boolean {
  return a.last === b.last && a.number === b.number && sameBytes(a.data, b.data);
}

/** A block behind the last one, or a second last one. */
function contradictsLast(held: BlockReassembly, block: TransferBlock): boolean {
  const last = lastNumber(held.blocks);
  if (last !== undefined) return block.last || block.number > last;
  return block.last && [...held.blocks.keys()].some((number) => number > block.number);
}

function lastNumber(blocks: ReadonlyMap<number, TransferBlock>): number | undefined {
  for (const block of blocks.values()) if (block.last) return block.number;
  return undefined;
}

function lost(held: BlockReassembly): MessageFault {
  const greatest = Math.max(...held.blocks.keys());
  const until = lastNumber(held.blocks) ?? greatest + 1;
  const missing: number[] = [];
  for (let number = 1; number <= until && missing.length < 16; number++)
    if (!held.blocks.has(number)) missing.push(number);
  return { code: 'BLOCK_LOST', facts: { missing, received: held.blocks.size } };
}
