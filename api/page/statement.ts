/** The printable statements of a period: one sheet a lot (or stay), A4, black on white, French. */

import { frenchNumber, frenchPlural } from '../../domain/french.ts';
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
<p>Du ${numericDate(statement.debut)} au ${lastDay(statement.fin)} · ${statement.jours_factures} ${frenchPlural(statement.jours_factures, 'jour', 'jours')} · ${stateText(periode, statement)}${periode.mode === 'information' && ' · document d’information, sans facturation'}</p>
<table><tbody>
${row('Consommation', energy(statement.consommation_kwh, 3), 'total')}
${statement.tranches.map(slotRow)}
${statement.energie_estimee > 0 && row('dont estimé (lectures espacées)', energy(statement.energie_estimee, 3))}
${statement.part_consommation !== null && row('Part de la consommation des lots', percent(statement.part_consommation, 2))}
${statement.part_egalitaire !== null && row('Part égale entre lots actifs', percent(statement.part_egalitaire, 2))}
${statement.ecart_vs_moyenne !== null && row('Écart à la part égale', points(statement.ecart_vs_moyenne).replace('pt', 'points'))}
${periode.mode === 'repartition' && money(statement)}
</tbody></table>
${comparisons(statement)}
${statement.regularisations.length > 0 && adjustments(statement, periode.mode === 'repartition')}
<footer><p>${qualityText(statement)}</p>
<p>La consommation est la différence des index du compteur aux deux bornes de la période. ${statement.part_consommation !== null && 'La part est celle de ce lot dans la consommation de tous les lots ; la part égale, celle de chaque lot s’ils consommaient tous autant. '}Une question sur ce relevé ? Adressez-vous au syndic${building.syndic !== '' && ` : ${building.syndic}`}.</p></footer>
</article>`;
}

/** The own consumption beside others, each with a bar of its length. */
function comparisons(statement: Statement): Html {
  const { consommation_kwh: own, periode_precedente_kwh: previous, annee_precedente_kwh: yearBefore } = statement;
  const average = statement.moyenne_immeuble_kwh;
  const longest = Math.max(0.001, own, previous ?? 0, yearBefore ?? 0, average ?? 0);
  const line = (name: string, kwh: number | null, value: string, kind = 'other') =>
    html`<tr><th scope="row">${name}</th><td class="bar-cell">${kwh !== null && html`<svg class="bar ${kind}" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect width="${Math.round((Math.max(0, kwh) / longest) * 1000) / 10}" height="10"/></svg>`}</td><td>${value}</td></tr>`;
  return html`<h3>Pour comparer</h3>
<table class="comparison"><tbody>
${line('Cette période', own, energy(own), 'own')}
${line('Période précédente', previous, compared(statement, previous))}
${line('Même période de l’année passée', yearBefore, compared(statement, yearBefore))}
${line('Moyenne des lots actifs de l’immeuble', average, average === null ? 'non communiquée (moins de cinq lots)' : energy(average))}
</tbody></table>`;
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
  const flags = statement.drapeaux
    .filter((flag) => flag !== 'partial' || statement.etat !== 'ouvert')
    .map((flag) => flagNames[flag]);
  const ends = [statement.qualite_debut, statement.qualite_fin];
  const certain = ends.every((quality) => quality === 'measured');
  const underWay = statement.etat === 'ouvert';
  return `${underWay ? 'Période en cours : le compte s’arrête à la dernière lecture.' : certain ? 'Index mesurés aux deux bornes de la période.' : ends.includes('none') ? 'Les lectures ne couvrent pas toute la période.' : 'Un index de borne est estimé entre deux lectures.'}${flags.length > 0 ? ` Remarques : ${flags.join(', ')}.` : ''}`;
}
