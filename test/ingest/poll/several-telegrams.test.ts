/** Meters whose readout is several telegrams, and do not end it as the book says. */
import { firstValueFrom, VirtualTimeScheduler } from 'rxjs';
import { expect, test } from 'vitest';
import { encodeLong } from '../../../ingest/mbus/frame/long.ts';
import { fromHexLine } from '../../../ingest/mbus/hex.ts';
import { createMeterSession, type ReadoutOutcome } from '../../../ingest/readout.ts';
import { createLine } from '../../../ingest/simulator/line.ts';
import { createLineLink } from '../../../ingest/simulator/line-link.ts';
import type { Slave } from '../../../ingest/simulator/slave.ts';

const options = { timeoutMs: 500, retries: 2 };
const ack = Uint8Array.of(0xe5);
/** Identification 12345678, manufacturer ABC, electricity; 100 Wh, then 231.0 V, each announcing another telegram. */
const header = '78563412 4304 01 02 2A 00 0000';
const energy = frame(`${header} 0403 64000000 1F`);
const voltage = frame(`${header} 02FD48 0609 1F`);

function frame(data: string): Uint8Array {
  return encodeLong(0x08, 1, 0x72, fromHexLine(data)!);
}

/** A slave at address 1 that answers its n-th different request after a reset with `answers[n]`. */
function slaveOf(answers: (position: number) => Uint8Array | null): { slave: Slave; resets: () => number } {
  let lastCount: number | null = null;
  let position = -1;
  let resets = 0;
  const slave: Slave = {
    primary: 1,
    receive(request) {
      if (request.controlField === 0x40) {
        resets += 1;
        position = -1;
        lastCount = null;
        return ack;
      }
      const count = request.controlField & 0x20;
      if (count !== lastCount) position += 1;
      lastCount = count;
      return answers(position);
    },
  };
  return { slave, resets: () => resets };
}

async function readOften(slave: Slave, times: number): Promise<ReadoutOutcome[]> {
  const scheduler = new VirtualTimeScheduler();
  const link = createLineLink(createLine([slave], { seed: 1, scheduler }));
  const session = createMeterSession(link, { primary: 1 });
  const outcomes: ReadoutOutcome[] = [];
  for (let time = 0; time < times; time += 1) {
    const outcome = firstValueFrom(session.readOut({ ...options, scheduler }));
    scheduler.flush();
    outcomes.push(await outcome);
  }
  return outcomes;
}

const quantities = (outcome: ReadoutOutcome) =>
  outcome.kind === 'read' ? outcome.telegrams.map(({ telegram }) => telegram.records[0]?.quantity) : [outcome.code];

test('a meter that announces another telegram for ever and begins again is read to its last one, every time', async () => {
  const { slave, resets } = slaveOf((position) => (position % 2 === 0 ? energy : voltage));
  const outcomes = await readOften(slave, 3);
  expect(outcomes.map(quantities)).toEqual(new Array(3).fill(['energy', 'voltage']));
  expect(resets()).toBe(3);
});

test('a meter that has nothing more to say behind its last telegram is reset before the next readout', async () => {
  const last = frame(`${header} 02FD48 0609`);
  const { slave } = slaveOf((position) => [energy, last][position] ?? ack);
  const outcomes = await readOften(slave, 3);
  expect(outcomes.map(quantities)).toEqual(new Array(3).fill(['energy', 'voltage']));
});

test('a repetition that comes late is not taken for the next telegram', async () => {
  const last = frame(`${header} 02FD48 0609`);
  const asked: string[] = [];
  let isLate = true;
  const { slave } = slaveOf((position) => {
    if (position === 1 && isLate) {
      isLate = false;
      return energy;
    }
    return [energy, last][position] ?? null;
  });
  const outcomes = await readOften(
    {
      ...slave,
      receive(request, at) {
        asked.push(request.controlField.toString(16));
        return slave.receive(request, at);
      },
    },
    1,
  );
  expect(outcomes.map(quantities)).toEqual([['energy', 'voltage']]);
  expect(asked).toEqual(['40', '7b', '5b', '5b']);
});

test('a meter that says the same for ever is read once', async () => {
  const { slave } = slaveOf(() => energy);
  expect((await readOften(slave, 2)).map(quantities)).toEqual([['energy'], ['energy']]);
});

test('a readout whose last telegram does not come is no readout', async () => {
  const { slave } = slaveOf((position) => [energy][position] ?? null);
  expect((await readOften(slave, 1)).map(quantities)).toEqual([['TIMEOUT']]);
});
