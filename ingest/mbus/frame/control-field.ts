/**
 * The control field C (EN 13757-2, 5.7.2).
 *
 *   master  0 1 FCB FCV function        slave  0 0 ACD DFC function
 */

export const SND_NKE = 0x40;
export const SND_UD = 0x53;
export const REQ_UD1 = 0x5a;
export const REQ_UD2 = 0x5b;
export const RSP_UD = 0x08;
/** Frame count bit of a master's SND_UD and REQ_UD. */
export const FCB = 0x20;
/** A slave has class 1 data to give. */
export const ACD = 0x20;
/** A slave cannot take more data now. */
export const DFC = 0x10;

/** The name of a control field, `SND_UD` whatever its frame count bit; one that the standard leaves open as two hex digits. */
export function controlName(controlField: number): string {
  return CONTROL_NAMES[controlField]!;
}

const CONTROL_NAMES: readonly string[] = Array.from({ length: 256 }, (_, field) => {
  if (field === SND_NKE) return 'SND_NKE';
  if ((field & ~FCB) === SND_UD) return 'SND_UD';
  if ((field & ~FCB) === REQ_UD2) return 'REQ_UD2';
  if ((field & ~FCB) === REQ_UD1) return 'REQ_UD1';
  if ((field & ~(ACD | DFC)) === RSP_UD) return 'RSP_UD';
  return field.toString(16).toUpperCase().padStart(2, '0');
});
