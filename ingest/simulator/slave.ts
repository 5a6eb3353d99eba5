/**
 * The link layer of a simulated M-Bus slave (EN 13757-2 5.7, EN 13757-3 11): primary and secondary addressing, frame count bit.
 *
 *   SND_NKE          → E5, frame count forgotten       REQ_UD2, same FCB as last  → the same telegram again
 *   select 52, mine  → E5, listens to FD               REQ_UD2, toggled           → the next telegram of the readout, then a new one
 *   select 52, other → deselected, no answer           REQ_UD1                    → the alarm that ACD announced, or E5
 *   SND_UD           → E5                              FF → obeyed, no answer      FE → everybody answers
 */

import { ACD, FCB, RSP_UD } from '../mbus/frame/control-field.ts';
import type { LinkFrame } from '../mbus/frame/link-frame.ts';
import { encodeLong } from '../mbus/frame/long.ts';
import { bcd, type MeterIdentity, manufacturerBytes } from './telegram.ts';

export interface SlaveBehaviour {
  /** 0 to 250. */
  readonly primary: number;
  readonly identity: MeterIdentity;
  /** A readout at an instant: control information and data of each of its telegrams. */
  readOut(
    at: number,
    accessNumber: number,
  ): readonly { readonly controlInformation: number; readonly data: Uint8Array }[];
  /**
   * Class 1 data since an instant of its own, null: none. Answers announce it with the access demand bit (ACD) until it was fetched; an
   * alarm of a later `raisedAt` is another one.
   */
  readonly alarm?: ((at: number) => SimulatedAlarm | null) | undefined;
  /** Acknowledges, but has no data to give: requests stay without answer. */
  readonly silent?: boolean | undefined;
}

export interface SimulatedAlarm {
  readonly raisedAt: number;
  readonly controlInformation: number;
  readonly data: Uint8Array;
}

export interface Slave {
  readonly primary: number;
  /** What it sends upon a frame that it received without error; null: nothing. */
  receive(frame: LinkFrame, at: number): Uint8Array | null;
}

const acknowledge = Uint8Array.of(0xe5);
const FCV = 0x10;
const selected = 0xfd;
const testBroadcast = 0xfe;
const broadcast = 0xff;

export function createSlave(behaviour: SlaveBehaviour): Slave {
  const { primary, identity } = behaviour;
  const secondary = [
    ...bcd(Number(identity.identification), 4),
    ...manufacturerBytes(identity.manufacturer),
    identity.version,
    identity.medium,
  ];
  let isSelected = false;
  let lastFrameCount: boolean | null = null;
  let telegrams: readonly Uint8Array[] = [];
  let position = 0;
  let accessNumber = 0;
  let lastAlarmCount: boolean | null = null;
  let fetched: { readonly raisedAt: number; readonly telegram: Uint8Array } | null = null;

  function answerData(controlField: number, at: number): Uint8Array | null {
    if (behaviour.silent) return null;
    const frameCount = (controlField & FCB) !== 0;
    const counted = (controlField & FCV) !== 0;
    const repeat = counted && frameCount === lastFrameCount && telegrams.length > 0;
    if (!repeat) {
      position += 1;
      if (lastFrameCount === null || !counted || position >= telegrams.length) {
        telegrams = behaviour
          .readOut(at, accessNumber)
          .map(({ controlInformation, data }) => encodeLong(RSP_UD, primary, controlInformation, data));
        accessNumber = (accessNumber + telegrams.length) & 0xff;
        position = 0;
      }
      lastFrameCount = counted ? frameCount : null;
    }
    return waitingAlarm(at) ? withAccessDemand(telegrams[position]!) : telegrams[position]!;
  }

  function waitingAlarm(at: number): SimulatedAlarm | null {
    const alarm = behaviour.alarm?.(at) ?? null;
    return alarm !== null && alarm.raisedAt > (fetched?.raisedAt ?? Number.NEGATIVE_INFINITY) ? alarm : null;
  }

  function answerAlarm(controlField: number, at: number): Uint8Array | null {
    if (behaviour.silent) return null;
    const frameCount = (controlField & FCB) !== 0;
    const counted = (controlField & FCV) !== 0;
    // The same frame count bit again: the answer did not arrive.
    if (counted && frameCount === lastAlarmCount && fetched) return fetched.telegram;
    lastAlarmCount = counted ? frameCount : null;
    const alarm = waitingAlarm(at);
    if (!alarm) return acknowledge;
    const telegram = encodeLong(RSP_UD, primary, alarm.controlInformation, alarm.data);
    fetched = { raisedAt: alarm.raisedAt, telegram };
    return telegram;
  }

  function select(frame: LinkFrame): Uint8Array | null {
    const asked = frame.bytes.subarray(frame.dataStart, frame.dataEnd);
    isSelected = asked.length >= 8 && matches(asked, secondary);
    if (isSelected) lastFrameCount = lastAlarmCount = null;
    return isSelected ? acknowledge : null;
  }

  return {
    primary,
    receive(frame, at) {
      if (frame.kind === 'ack') return null;
      const { address, controlField } = frame;
      if (address === selected && (frame.controlInformation & 0xfb) === 0x52 && frame.kind === 'long')
        return select(frame);
      const mine = address === primary || address === testBroadcast || address === broadcast;
      if (!mine && !(address === selected && isSelected)) return null;
      const answer = obey(controlField, address, at);
      return address === broadcast ? null : answer;
    },
  };

  function obey(controlField: number, address: number, at: number): Uint8Array | null {
    switch (controlField & ~0x20) {
      case 0x40:
        lastFrameCount = lastAlarmCount = null;
        if (address === selected) isSelected = false;
        return acknowledge;
      case 0x5b:
      case 0x4b:
        return answerData(controlField, at);
      case 0x5a:
      case 0x4a:
        return answerAlarm(controlField, at);
      case 0x53:
      case 0x43:
        return behaviour.silent ? null : acknowledge;
      default:
        return null;
    }
  }
}

/** The same answer with ACD in its control field, which its checksum covers. */
function withAccessDemand(telegram: Uint8Array): Uint8Array {
  const announced = telegram.slice();
  announced[4] = announced[4]! | ACD;
  announced[announced.length - 2] = (announced[announced.length - 2]! + ACD) & 0xff;
  return announced;
}

/** Nibble F stands for any digit of the identification; byte FF for any manufacturer byte, version or medium. */
function matches(asked: Uint8Array, own: readonly number[]): boolean {
  return own.every((byte, index) => {
    const wanted = asked[index]!;
    if (index >= 4) return wanted === 0xff || wanted === byte;
    const high = wanted >> 4;
    const low = wanted & 0x0f;
    return (high === 0x0f || high === byte >> 4) && (low === 0x0f || low === (byte & 0x0f));
  });
}
