/**
 * Asks a Flux question and reads the annotated CSV: tables with their group key (Grafana's labels) and typed rows. Bounds of windows
 * are strings of RFC 3339, numbers are numbers, what is empty is null.
 */
import type { InfluxConnection } from '../../../results/influx/admin-request.ts';

export type Value = string | number | boolean | null;
export type Row = Readonly<Record<string, Value>>;

export interface AnswerTable {
  readonly columns: readonly { readonly name: string; readonly type: string; readonly isLabel: boolean }[];
  readonly rows: readonly Row[];
}

/** @throws Error with InfluxDB's message */
export async function ask(connection: InfluxConnection, flux: string): Promise<AnswerTable[]> {
  const address = `${connection.url}/api/v2/query?${new URLSearchParams({ org: connection.org })}`;
  const answer = await fetch(address, {
    method: 'POST',
    headers: { authorization: `Token ${connection.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      query: flux,
      dialect: { annotations: ['datatype', 'group', 'default'], delimiter: ',', header: true },
    }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${text}\n${flux}`);
  return parse(text, flux);
}

function parse(text: string, flux: string): AnswerTable[] {
  const tables: AnswerTable[] = [];
  let types: string[] = [];
  let groups: string[] = [];
  let names: string[] | undefined;
  let tableOfId = new Map<string, Row[]>();
  for (const cells of csvRecords(text)) {
    const [first] = cells;
    if (first === '#datatype') {
      types = cells;
      names = undefined;
    } else if (first === '#group') groups = cells;
    else if (first === '#default') continue;
    else if (names === undefined) {
      names = cells;
      tableOfId = new Map();
      if (names[1] === 'error') throw new Error(`an error within the answer\n${flux}\n${text}`);
    } else {
      const id = `${cells[names.indexOf('result')]}/${cells[names.indexOf('table')]}`;
      let rows = tableOfId.get(id);
      if (!rows) {
        rows = [];
        tableOfId.set(id, rows);
        const columns = names
          .map((name, index) => ({ name, type: types[index]!, isLabel: groups[index] === 'true' }))
          .filter(({ name }) => name !== '' && name !== 'result' && name !== 'table');
        tables.push({ columns, rows });
      }
      const row: Record<string, Value> = {};
      names.forEach((name, index) => {
        if (name !== '' && name !== 'result' && name !== 'table') row[name] = typed(cells[index] ?? '', types[index]!);
      });
      rows.push(row);
    }
  }
  return tables;
}

function typed(cell: string, type: string): Value {
  if (type === 'string') return cell;
  if (cell === '') return null;
  if (type === 'boolean') return cell === 'true';
  return type === 'double' || type === 'long' || type === 'unsignedLong' ? Number(cell) : cell;
}

/** RFC 4180 with quoted line ends; empty lines part tables. */
function csvRecords(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let cell = '';
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (isQuoted) {
      if (character !== '"') cell += character;
      else if (text[at + 1] === '"') {
        cell += '"';
        at++;
      } else isQuoted = false;
    } else if (character === '"') isQuoted = true;
    else if (character === ',') {
      record.push(cell);
      cell = '';
    } else if (character === '\n') {
      record.push(cell.replace(/\r$/, ''));
      if (record.length > 1) records.push(record);
      record = [];
      cell = '';
    } else cell += character;
  }
  return records;
}
