/** The syndic's page: the answer first, then what it rests on. All of it from one round of questions. */

import { contractedVa, generalMeter } from '../../domain/building.ts';
import { type ChargesAnswer, charges } from '../answers/charges.ts';
import type { AnswerContext } from '../answers/context.ts';
import { analyses } from '../answers/daily-analysis.ts';
import { dashboard } from '../answers/dashboard.ts';
import type { DayAnalysis } from '../answers/day-analysis.ts';
import { loadCurve } from '../answers/load-curve.ts';
import { maintenance } from '../answers/maintenance.ts';
import { isoInZone } from '../answers/units.ts';
import { clockTime, longDate } from './format.ts';
import { html } from './html.ts';
import { pageOf } from './layout.ts';
import { anomaliesSection, recommendationsSection } from './sections/anomalies.ts';
import { chargesSection } from './sections/charges.ts';
import { curveSection } from './sections/curve.ts';
import { distributionSection } from './sections/distribution.ts';
import { heroSection } from './sections/hero.ts';
import { lotsSection } from './sections/lots.ts';
import { maintenanceSection } from './sections/maintenance.ts';
import { trendSection } from './sections/trend.ts';
import { currentAnomalies, currentRecommendations, verdictOf } from './verdict.ts';

export interface HomeParameters {
  readonly period: 'mois' | 'trimestre' | 'annee';
  /** A local date of the period shown; today when left out. */
  readonly date?: string | undefined;
  /** Ids of the buildings the visitor may choose from. */
  readonly buildings: readonly { readonly id: string; readonly name: string }[];
  readonly pollMs: number;
  readonly signedIn: boolean;
}

export async function homePage(context: AnswerContext, parameters: HomeParameters): Promise<string> {
  const { building, now, calendar } = context;
  const general = generalMeter(building);
  const [board, days, periodCharges, meters, curve] = await Promise.all([
    dashboard(context),
    analyses(context, { days: 2 }),
    parameters.period === 'mois' && parameters.date === undefined
      ? null
      : charges(context, { period: parameters.period, date: parameters.date }),
    maintenance(context),
    loadCurve(context, { meters: general ? [general] : [], lot: null }),
  ]);
  const [today, yesterday] = days as [DayAnalysis, DayAnalysis];
  const shownCharges: ChargesAnswer = periodCharges ?? board.repartition_charges;
  const query = `?${new URLSearchParams({ immeuble: building.id })}`;
  // Early in the day the day before says more.
  const told = yesterday.repartition.nb_connus > 0 ? yesterday : today;
  return pageOf({
    title: `${building.name} · relevé`,
    building,
    links: [
      ...sectionLinks,
      ...(parameters.buildings.length > 1
        ? parameters.buildings.map(({ id, name }) => ({
            href: `/?${new URLSearchParams({ immeuble: id })}`,
            text: name,
            current: id === building.id,
          }))
        : []),
    ],
    updatedAt: clockTime(isoInZone(now, building.timezone)),
    pollMs: parameters.pollMs,
    signedIn: parameters.signedIn,
    content: html`
<p class="date" id="date-du-jour" data-vif>${longDate(calendar.dateOf(now))}</p>
${heroSection(verdictOf(today, yesterday, meters), today, yesterday, board)}
<div class="columns wide-left">
${anomaliesSection(currentAnomalies(today, yesterday), today.date, query)}
${recommendationsSection(currentRecommendations(today, yesterday))}
</div>
${trendSection(board.tendances_30j)}
<div class="columns">
${curveSection("Aujourd'hui, heure par heure", curve, contractedVa(building) * building.cosPhi)}
${distributionSection(told, building.thresholds.classesKwh, told === yesterday ? 'd’hier' : 'du jour')}
</div>
${lotsSection(today, yesterday, query)}
${chargesSection(shownCharges, { building: building.id, period: parameters.period, date: parameters.date ?? calendar.dateOf(now) })}
${maintenanceSection(meters)}`,
  });
}

const sectionLinks = [
  { href: '#reponse', text: 'En bref' },
  { href: '#anomalies', text: 'Anomalies' },
  { href: '#tendance', text: 'Tendance' },
  { href: '#logements', text: 'Logements' },
  { href: '#charges', text: 'Charges' },
  { href: '#maintenance', text: 'Compteurs' },
] as const;
