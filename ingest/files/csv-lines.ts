/**
 * The lines of a CSV file one by one (RFC 4180 without line breaks inside a quotation), so that a quotation which never ends spoils its own line
 * and not the rest of the file. Line ends are LF, CRLF or CR; blank lines are skipped and counted; a byte order mark is dropped.
 */
import { parse } from 'csv-parse/sync';
import { type Outcome, ok, type RejectCode, rejected } from '../../domain/errors.ts';

export interface CsvLine {
  /** As an editor counts: the header is line 1 where nothing stands before it. */
  readonly number: number;
  readonly text: string;
  /** Trimmed; null: a quotation does not end. */
  readonly cells: readonly string[] | null;
}

export interface RejectedLine {
  readonly line: number;
  readonly code: RejectCode;
  readonly facts: Readonly<Record<string, unknown>>;
  /** The line as it stood. */
  readonly text: string;
}

export interface CsvTable {
  /** Position of each column by its name in lower case. */
  readonly columns: ReadonlyMap<string, number>;
  /** Cells of the header. */
  readonly width: number;
  /** After the header; read once. */
  readonly lines: Iterable<CsvLine>;
}

/** `COLUMNS_MISMATCH` where the file is empty, or its header names a column twice. */
export function readCsvTable(text: string): Outcome<CsvTable> {
  const lines = csvLines(text);
  const header = lines.next().value;
  if (!header) return rejected('COLUMNS_MISMATCH', { reason: 'empty file' });
  const names = (header.cells ?? []).map((name) => name.toLowerCase());
  const twice = names.find((name, position) => name !== '' && names.indexOf(name) !== position);
  if (twice !== undefined) return rejected('COLUMNS_MISMATCH', { twice });
  const separator = names.length === 1 ? /[;\t|]/.exec(header.text)?.[0] : undefined;
  if (separator !== undefined) return rejected('COLUMNS_MISMATCH', { separator, expected: ',' });
  return ok({ columns: new Map(names.map((name, position) => [name, position])), width: names.length, lines });
}

/** Reads a line's cells by name: `COLUMNS_MISMATCH` where it has more than the header, or not all of those that may not be left out. */
export function cellsOf(
  { columns, width }: CsvTable,
  required: readonly string[],
): (line: CsvLine) => Outcome<(name: string) => string> {
  const least = Math.max(...required.map((name) => (columns.get(name) ?? -1) + 1));
  return ({ cells }) => {
    if (!cells) return rejected('COLUMNS_MISMATCH', { reason: 'a quotation does not end' });
    if (cells.length > width || cells.length < least)
      return rejected('COLUMNS_MISMATCH', { columns: cells.length, expected: width });
    return ok((name) => cells[columns.get(name) ?? -1] ?? '');
  };
}

/** One after the other: a file of a year is not held twice. */
function* csvLines(text: string): Generator<CsvLine, undefined> {
  const lineEnd = /\r\n|\n|\r/g;
  let number = 0;
  for (let from = text.startsWith('\uFEFF') ? 1 : 0; from <= text.length; ) {
    lineEnd.lastIndex = from;
    const found = lineEnd.exec(text);
    const line = text.slice(from, found?.index);
    from = found ? lineEnd.lastIndex : text.length + 1;
    number++;
    if (line.trim() !== '') yield { number, text: line, cells: splitCells(line) };
  }
}

function splitCells(line: string): readonly string[] | null {
  if (!line.includes('"')) return line.split(',').map((cell) => cell.trim());
  try {
    return (parse(line, { relax_quotes: true, trim: true }) as string[][])[0] ?? null;
  } catch {
    return null;
  }
}
