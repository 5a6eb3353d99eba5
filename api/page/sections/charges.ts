/** The charges of a period: a form that chooses it, a table that adds up, the CSV and the printable statement. */
import { frenchPlural } from '../../../domain/french.ts';
import type { ChargesAnswer } from '../../answers/charges.ts';
import { energyFigure, euros, lastDay, numericDate, percent, periodTitle, points } from '../format.ts';
import { type Html, html } from '../html.ts';
import { lotLabel, periodNames, stateNames } from '../labels.ts';
import { section } from '../layout.ts';

export interface ChargesChoice {
  readonly building: string;
  readonly period: 'mois' | 'trimestre' | 'annee';
  readonly date: string;
}

export function chargesSection(charges: ChargesAnswer, choice: ChargesChoice): Html {
  const { periode, total_general: total } = charges;
  const priced =
    total.montant_centimes !== null || Object.values(charges.repartition).some((lot) => lot.montant_centimes !== null);
  const link = `/api/immeuble/releves-de-charges?${new URLSearchParams({ immeuble: choice.building, periode: choice.period, date: choice.date })}`;
  const query = `?${new URLSearchParams({ immeuble: choice.building })}`;
  return section(
    'charges',
    `Charges : ${periodTitle(periode.type, periode.date)}`,
    html`<form class="choice" method="get" action="/#charges" data-remplace>
<input type="hidden" name="immeuble" value="${choice.building}">
<label>Période <select name="periode">${Object.entries(periodNames).map(([value, name]) => html`<option value="${value}"${value === choice.period && html` selected`}>${name}</option>`)}</select></label>
<label>contenant le <input type="date" name="date" value="${choice.date}" min="2000-01-01" max="2199-12-31" required></label>
<button>Afficher</button>
<span class="downloads"><a class="button quiet" href="${link}&format=csv" download>Télécharger en CSV</a> <a class="button quiet" href="${link}&format=html">Relevés à imprimer</a></span>
</form>
<p class="meta">Du ${numericDate(periode.debut)} au ${lastDay(periode.fin)}, ${periode.cloturee_le === null ? stateNames[periode.etat] : `clôturé le ${numericDate(periode.cloturee_le)}`}${total.mode === 'information' && ' · à titre d’information, sans facturation'}</p>
<div class="scroll" tabindex="0" role="region" aria-label="Tableau des charges"><table>
<thead><tr><th scope="col">Lot</th><th scope="col" class="n">Consommation (kWh)</th><th scope="col" class="n">Jours</th><th scope="col" class="n">Part</th><th scope="col" class="n">Écart à la part égale</th>${priced && html`<th scope="col" class="n">Montant</th>`}</tr></thead>
<tbody>${Object.entries(charges.repartition).map(
      ([name, lot]) =>
        html`<tr><th scope="row"><a href="/lot/${name.slice('locataire_'.length)}${query}">${lotLabel(name)}</a>${lot.statut === 'inactif' && html` <span class="tag">inactif</span>`}</th><td class="n strong">${energyFigure(lot.consommation_kwh)}</td><td class="n">${lot.jours_factures}</td><td class="n">${percent(lot.part_consommation, 2)}</td><td class="n">${points(lot.ecart_vs_moyenne)}</td>${priced && html`<td class="n">${euros(lot.montant_centimes)}</td>`}</tr>`,
    )}</tbody>
<tfoot><tr><th scope="row">Total des lots</th><td class="n strong">${energyFigure(total.consommation_totale)}</td><td></td><td class="n">${percent(shareTotal(charges), 2)}</td><td></td>${priced && html`<td class="n strong">${euros(total.montant_centimes)}</td>`}</tr>
${total.compteur_general !== null && html`<tr><th scope="row">Compteur général</th><td class="n">${energyFigure(total.compteur_general)}</td><td colspan="${priced ? 4 : 3}" class="meta">${total.reste !== null && `dont communs et pertes ${energyFigure(total.reste)} kWh`}</td></tr>`}
</tfoot></table></div>`,
    html`<p class="aside">${`${total.locataires_actifs} ${frenchPlural(total.locataires_actifs, 'lot actif', 'lots actifs')}`}</p>`,
  );
}

function shareTotal(charges: ChargesAnswer): number {
  return (
    Object.values(charges.repartition).reduce((total, lot) => total + Math.round(lot.part_consommation * 100), 0) / 100
  );
}
