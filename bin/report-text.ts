/** The reports as French text for a terminal. */
import type { ChargesAnswer } from '../api/answers/charges.ts';
import type { DailyAnalysisAnswer } from '../api/answers/daily-analysis.ts';
import { frenchNumber, frenchPercent } from '../domain/french.ts';

export function dailyText(answer: DailyAnalysisAnswer): string {
  return answer.analyses.map(dayText).join('\n');
}

function dayText(day: DailyAnalysisAnswer['analyses'][number]): string {
  const lines = [
    `Analyse du ${day.date} — ${day.comptage.compteurs_presents}/${day.comptage.compteurs_attendus} compteurs`,
  ];
  const { consommation_globale: global, comptage, efficacite } = day;
  lines.push(`  Compteur général   ${kwh(global.energie_consommee)}, maximum ${watts(global.puissance_max)}`);
  lines.push(
    `  Σ lots / général   ${comptage.ratio === null ? 'inconnu' : frenchPercent(comptage.ratio)} (${comptage.qualite}), reste ${kwh(comptage.reste)}`,
  );
  if ('interpretation' in efficacite) lines.push(`  ${efficacite.interpretation}`);
  lines.push('', '  Lot              Consommation    Maximum  Statut');
  for (const [name, lot] of Object.entries(day.consommations_locataires))
    lines.push(
      `  ${name.padEnd(14)} ${kwh(lot.energie_consommee).padStart(13)} ${watts(lot.puissance_max).padStart(10)}  ${lot.statut}`,
    );
  lines.push('', day.anomalies.length === 0 ? '  Aucune anomalie' : '  Anomalies');
  for (const anomaly of day.anomalies) lines.push(`   • [${anomaly.severite}] ${anomaly.description}`);
  if (day.recommandations.length > 0) lines.push('', '  Recommandations');
  for (const advice of day.recommandations)
    lines.push(`   • [${advice.priorite}] ${advice.action} — ${advice.description}`);
  return `${lines.join('\n')}\n`;
}

export function chargesText(answer: ChargesAnswer): string {
  const lines = [
    `Répartition du ${answer.periode.debut} au ${answer.periode.fin} (${answer.periode.type})`,
    '',
    '  Lot             Consommation  Jours     Part   Égale    Écart  Statut',
  ];
  for (const [name, lot] of Object.entries(answer.repartition))
    lines.push(
      `  ${name.padEnd(14)} ${kwh(lot.consommation_kwh).padStart(13)} ${String(lot.jours_factures).padStart(6)} ${percent(lot.part_consommation)} ${percent(lot.part_egalitaire)} ${percent(lot.ecart_vs_moyenne)}  ${lot.statut}`,
    );
  lines.push(
    '',
    `  Total ${kwh(answer.total_general.consommation_totale)}, ${answer.total_general.locataires_actifs} lots actifs`,
  );
  return `${lines.join('\n')}\n`;
}

function kwh(value: number | null): string {
  return value === null ? 'inconnue' : `${frenchNumber(value, 3)} kWh`;
}

function watts(value: number | null): string {
  return value === null ? '—' : `${frenchNumber(value, 0)} W`;
}

function percent(value: number): string {
  return `${frenchNumber(value, 2)} %`.padStart(8);
}
