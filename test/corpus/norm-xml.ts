/**
 * Reads the reference answers that lie beside the frames of the corpus: flat XML, one element a line or not, no
 * attributes but the record's number. A parser for just that.
 */

export interface NormRecord {
  readonly function: string;
  readonly storage: number | null;
  readonly tariff: number | null;
  readonly device: number | null;
  readonly unit: string | null;
  readonly quantity: string | null;
  readonly value: string | null;
}

export interface NormFile {
  readonly id: string;
  readonly manufacturer: string | null;
  readonly medium: string;
  readonly accessNumber: number;
  readonly status: number;
  readonly records: readonly NormRecord[];
}

export function readNormXml(xml: string): NormFile {
  const slave = between(xml, 'SlaveInformation') ?? '';
  const records = [...xml.matchAll(/<DataRecord[^>]*>([\s\S]*?)<\/DataRecord>/g)].map(([, body]) => readRecord(body!));
  return {
    id: between(slave, 'Id') ?? '',
    manufacturer: between(slave, 'Manufacturer'),
    medium: between(slave, 'Medium') ?? '',
    accessNumber: Number(between(slave, 'AccessNumber')),
    status: Number.parseInt(between(slave, 'Status') ?? '', 16),
    records,
  };
}

function readRecord(body: string): NormRecord {
  const number = (name: string): number | null => {
    const text = between(body, name);
    return text === null ? null : Number(text);
  };
  return {
    function: between(body, 'Function') ?? '',
    storage: number('StorageNumber'),
    tariff: number('Tariff'),
    device: number('Device'),
    unit: between(body, 'Unit'),
    quantity: between(body, 'Quantity'),
    value: between(body, 'Value'),
  };
}

function between(xml: string, name: string): string | null {
  const found = new RegExp(`<${name}>([\\s\\S]*?)</${name}>`).exec(xml);
  return found === null ? null : found[1]!.replaceAll('&amp;', '&').replaceAll('&lt;', '<').replaceAll('&gt;', '>');
}
