/** The printable statements of a period: one sheet a lot (or stay), A4, black on white, French. */

import { frenchNumber } from '../../domain/french.ts';
import type { Statement, StatementsAnswer } from '../answers/statement.ts';
import { energy, energyFigure, euros, lastDay, numericDate, percent, periodTitle, points } from './format.ts';
import { type Html, html, type Insert } from './html.ts';
import { flagNames, slotName } from './labels.ts';

export function statementPage(answer: StatementsAnswer): string {
  const { config_immeuble: building, periode } = answer;
  const title = `Relevé de consommation, ${periodTitle(periode.type, periode.date)}`;
  return html`<!doctype html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · ${building.nom}</title>
<link rel="icon" href="/assets/releve.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/statement.css">
<script src="/assets/statement.js" defer></script>
</head>
<body>
<nav class="tools" aria-label="Outils"><a href="/?immeuble=${encodeURIComponent(building.immeuble)}">← Retour</a> <button type="button" id="imprimer" hidden>Imprimer</button></nav>
<main>
<h1 class="visually-hidden">${title}</h1>
${answer.releves.length === 0 ? html`<p class="sheet">Aucun relevé pour cette période.</p>` : answer.releves.map((statement) => sheet(answer, statement, title))}
</main>
</body>
</html>`.markup;
}

function sheet({ config_immeuble: building, periode }: StatementsAnswer, statement: Statement, title: string): Html {
  return html`<article class="sheet">
<header><div><p class="building">${building.nom}</p><p>${building.adresse}</p><p>Syndic : ${building.syndic}</p></div>
<div class="addressee"><p class="lot">Lot ${statement.lot}</p>${statement.occupant !== null && html`<p>Occupant : ${statement.occupant}</p>`}<p>Compteur ${statement.compteur}</p></div></header>
<h2>${title}</h2>
<p>Du ${numericDate(statement.debut)} au ${lastDay(statement.fin)} · ${statement.jours_factures} jours · ${stateText(periode, statement)}${periode.mode === 'information' && ' · document d’information, sans facturation'}</p>
<table><tbody>
${row('Consommation', energy(statement.consommation_kwh, 3), 'total')}
${statement.tranches.map(slotRow)}
${row('dont estimé (lectures espacées)', energy(statement.energie_estimee, 3))}
${statement.part_consommation !== null && row('Part de la consommation des lots', percent(statement.part_consommation, 2))}
${statement.part_egalitaire !== null && row('Part égale entre lots actifs', percent(statement.part_egalitaire, 2))}
${statement.ecart_vs_moyenne !== null && row('Écart à la part égale', points(statement.ecart_vs_moyenne))}
${periode.mode === 'repartition' && money(statement)}
</tbody></table>
<h3>Pour comparer</h3>
<table><tbody>
${row('Période précédente', compared(statement, statement.periode_precedente_kwh))}
${row('Même période de l’année passée', compared(statement, statement.annee_precedente_kwh))}
${row('Moyenne des lots actifs de l’immeuble', statement.moyenne_immeuble_kwh === null ? 'non communiquée (moins de cinq lots)' : energy(statement.moyenne_immeuble_kwh))}
</tbody></table>
${statement.regularisations.length > 0 && adjustments(statement, periode.mode === 'repartition')}
<footer><p>${qualityText(statement)}</p></footer>
</article>`;
}

function row(name: Insert, value: string, kind = ''): Html {
  return html`<tr class="${kind}"><th scope="row">${name}</th><td>${value}</td></tr>`;
}

function slotRow(slot: Statement['tranches'][number]): Html {
  const price =
    slot.prix_centimes_kwh !== null && html` <small>à ${frenchNumber(slot.prix_centimes_kwh, 2)} c€/kWh</small>`;
  const amount = slot.montant_centimes === null ? '' : ` · ${euros(slot.montant_centimes)}`;
  return row(html`dont ${slotName(slot.tranche)}${price}`, `${energy(slot.consommation_kwh, 3)}${amount}`);
}

function money(statement: Statement): Html {
  return html`${row('Clé des parties communes', statement.cle === 'prorata' ? 'au prorata des consommations' : `${statement.cle}${statement.tantiemes === null ? '' : ` : ${frenchNumber(statement.tantiemes, 0)} / ${frenchNumber(statement.tantiemes_total ?? 0, 0)}`}`)}
${statement.communs_centimes !== null && row('dont communs, abonnement et taxes', euros(statement.communs_centimes))}
${row(html`Montant <small>à la charge ${statement.payeur === 'occupant' ? 'de l’occupant' : 'du propriétaire'}</small>`, statement.montant_centimes === null ? 'non établi' : euros(statement.montant_centimes), 'total')}`;
}

function adjustments(statement: Statement, priced: boolean): Html {
  return html`<h3>Régularisations de périodes closes</h3><table><tbody>${statement.regularisations.map((line) =>
    row(
      `${periodTitle(line.periode as 'mois' | 'trimestre' | 'annee', line.date)} · ${line.motif}, le ${numericDate(line.etabli_le)}`,
      `${energy(line.consommation_kwh, 3)}${priced ? ` · ${euros(line.montant_centimes)}` : ''}`,
    ),
  )}</tbody></table>`;
}

/** The other period, and the change since; of a period under way none is told. */
function compared({ consommation_kwh: own, etat }: Statement, other: number | null): string {
  if (other === null) return 'non connue';
  if (other === 0 || etat === 'ouvert') return energy(other);
  const change = Math.round((own / other - 1) * 100);
  return `${energyFigure(other)} kWh (${change > 0 ? '+' : change < 0 ? '−' : ''}${Math.abs(change)} %)`;
}

function stateText(periode: StatementsAnswer['periode'], statement: Statement): string {
  if (periode.cloturee_le !== null) return `clôturé le ${numericDate(periode.cloturee_le)}`;
  return statement.etat === 'ouvert'
    ? 'période en cours'
    : statement.etat === 'provisoire'
      ? 'provisoire'
      : 'définitif';
}

function qualityText(statement: Statement): string {
  const flags = statement.drapeaux.map((flag) => flagNames[flag]);
  const ends = [statement.qualite_debut, statement.qualite_fin];
  const certain = ends.every((quality) => quality === 'measured');
  return `${certain ? 'Index mesurés aux deux bornes de la période.' : ends.includes('none') ? 'Les lectures ne couvrent pas toute la période.' : 'Un index de borne est estimé entre deux lectures.'}${flags.length > 0 ? ` Remarques : ${flags.join(', ')}.` : ''}`;
}
