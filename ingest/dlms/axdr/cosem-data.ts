/** A COSEM value in memory, whatever its form on the wire. */

export type CosemData =
  | { readonly type: 'null' }
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'bit-string'; readonly bits: string }
  | { readonly type: 'integer'; readonly value: bigint; readonly width: 8 | 16 | 32 | 64; readonly signed: boolean }
  | { readonly type: 'enum'; readonly value: number }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'octet-string'; readonly bytes: Uint8Array }
  | { readonly type: 'bcd'; readonly bytes: Uint8Array }
  | { readonly type: 'text'; readonly value: string }
  | { readonly type: 'date-time' | 'date' | 'time'; readonly bytes: Uint8Array }
  | { readonly type: 'array' | 'structure'; readonly members: readonly CosemData[] };

export interface DecodedData {
  readonly data: CosemData;
  /** Offset behind the value. */
  readonly next: number;
}
