/** Statements as CSV for French spreadsheets: UTF-8 with a mark, semicolons, decimal commas, CRLF (RFC 4180); no cell can become a formula. */
import type { Statement, StatementsAnswer } from '../answers/statement.ts';

type Cell = string | number | null;

export function statementCsv(answer: StatementsAnswer): string {
  const columns = answer.periode.mode === 'information' ? informationColumns : [...informationColumns, ...moneyColumns];
  const lines = [
    columns.map(([name]) => name),
    ...answer.releves.map((statement) => columns.map(([, value]) => value(statement))),
  ];
  return `\ufeff${lines.map((line) => line.map(written).join(';')).join('\r\n')}\r\n`;
}

function written(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell).replace('.', ',');
  const harmless = /^[=+\-@\t\r]/.test(cell) && !/^-\d+(,\d+)?$/.test(cell) ? `'${cell}` : cell;
  return /[";\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** Cents as euros with both decimals, in digits only. */
function euros(cents: number | null): string | null {
  if (cents === null) return null;
  const digits = String(Math.abs(cents)).padStart(3, '0');
  return `${cents < 0 ? '-' : ''}${digits.slice(0, -2)},${digits.slice(-2)}`;
}

const informationColumns: readonly (readonly [string, (statement: Statement) => Cell])[] = [
  ['lot', ({ lot }) => lot],
  ['compteur', ({ compteur }) => compteur],
  ['occupant', ({ occupant }) => occupant],
  ['debut', ({ debut }) => debut],
  ['fin', ({ fin }) => fin],
  ['jours_factures', ({ jours_factures }) => jours_factures],
  ['statut', ({ statut }) => statut],
  ['consommation_kwh', ({ consommation_kwh }) => consommation_kwh],
  ['energie_estimee_kwh', ({ energie_estimee }) => energie_estimee],
  ['part_consommation_pct', ({ part_consommation }) => part_consommation],
  ['part_egalitaire_pct', ({ part_egalitaire }) => part_egalitaire],
  ['ecart_vs_moyenne_pct', ({ ecart_vs_moyenne }) => ecart_vs_moyenne],
  ['periode_precedente_kwh', ({ periode_precedente_kwh }) => periode_precedente_kwh],
  ['annee_precedente_kwh', ({ annee_precedente_kwh }) => annee_precedente_kwh],
  ['moyenne_immeuble_kwh', ({ moyenne_immeuble_kwh }) => moyenne_immeuble_kwh],
  ['etat', ({ etat }) => etat],
  ['drapeaux', ({ drapeaux }) => drapeaux.join(' ')],
];

const moneyColumns: readonly (readonly [string, (statement: Statement) => Cell])[] = [
  ['payeur', ({ payeur }) => (payeur === 'occupant' ? 'occupant' : 'propriétaire')],
  ['cle', ({ cle }) => cle],
  ['tantiemes', ({ tantiemes }) => tantiemes],
  ['montant_eur', ({ montant_centimes }) => euros(montant_centimes)],
  [
    'regularisations_eur',
    ({ regularisations }) => euros(regularisations.reduce((total, line) => total + (line.montant_centimes ?? 0), 0)),
  ],
];
