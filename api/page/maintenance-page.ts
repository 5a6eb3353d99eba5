/** The page of those who look after meters and buses: states only, no consumption. */
import type { AnswerContext } from '../answers/context.ts';
import { maintenance } from '../answers/maintenance.ts';
import { isoInZone } from '../answers/units.ts';
import { clockTime, longDate } from './format.ts';
import { html } from './html.ts';
import { pageOf } from './layout.ts';
import { maintenanceSection } from './sections/maintenance.ts';

export async function maintenancePage(
  context: AnswerContext,
  { pollMs, signedIn }: { readonly pollMs: number; readonly signedIn: boolean },
): Promise<string> {
  const { building, now, calendar } = context;
  const report = await maintenance(context);
  const { actifs } = report.statuts;
  return pageOf({
    title: `Maintenance · ${building.name} · relevé`,
    building,
    links: [],
    updatedAt: clockTime(isoInZone(now, building.timezone)),
    pollMs,
    signedIn,
    content: html`<p class="date" id="date-du-jour" data-vif>${longDate(calendar.dateOf(now))}</p>
<h1 class="page-title" id="titre-maintenance" data-vif>${actifs === report.compteurs_verifies ? 'Tous les compteurs répondent.' : `${actifs} compteurs sur ${report.compteurs_verifies} répondent normalement.`}</h1>
${maintenanceSection(report)}`,
  });
}
