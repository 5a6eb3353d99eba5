/**
 * DLMS in M-Bus long frames (EN 13757-3 transport layer, as Kaifa and Sagemcom meters push it), exactly.
 *
 *   68 L L 68 | control | address | CI | source | destination | data … | checksum | 16
 *                                   000F NNNN: segment number N, F set in the last segment
 *
 * The frame itself is the long frame of the polled bus. The first segment is number 0; a message of one frame has CI 10.
 */
import { type Outcome, ok, rejected } from '../../../domain/errors.ts';
import { START_LONG } from '../../mbus/frame/link-frame.ts';
import { decodeLong } from '../../mbus/frame/long.ts';
import type { DlmsCode } from '../codes.ts';

export interface MbusSegment {
  readonly control: number;
  readonly address: number;
  readonly segment: number;
  readonly last: boolean;
  /** Service access points (01 and 67 on the meters known). */
  readonly source: number;
  readonly destination: number;
  readonly data: Uint8Array;
}

/** Reads exactly one frame. */
export function decodeMbusSegment(bytes: Uint8Array): Outcome<MbusSegment, DlmsCode> {
  if (bytes.length === 0) return rejected('FRAME_TRUNCATED', { bytes: 0 });
  if (bytes[0] !== START_LONG) return rejected('FRAME_START', { expected: START_LONG, actual: bytes[0] });
  const frame = decodeLong(bytes);
  if (frame.kind === 'rejected') {
    const { code, expected, actual } = frame;
    return rejected(code === 'FRAME_EMPTY' || code === 'FRAME_HEX' ? 'FRAME_TRUNCATED' : code, { expected, actual });
  }
  const { controlField, address, controlInformation, dataStart, dataEnd } = frame;
  if (controlInformation > 0x1f || dataEnd - dataStart < 2) return rejected('TRANSPORT_HEADER', { controlInformation });
  return ok({
    control: controlField,
    address,
    segment: controlInformation & 0x0f,
    last: (controlInformation & 0x10) !== 0,
    source: bytes[dataStart]!,
    destination: bytes[dataStart + 1]!,
    data: bytes.slice(dataStart + 2, dataEnd),
  });
}
