/** The state of meters and buses, and what to do on site. */

import { frenchNumber, frenchPlural } from '../../../domain/french.ts';
import type { MaintenanceAnswer } from '../../answers/maintenance.ts';
import { duration, percent } from '../format.ts';
import { type Html, html } from '../html.ts';
import { anomalyName, meterStateNames } from '../labels.ts';
import { section } from '../layout.ts';

export function maintenanceSection(report: MaintenanceAnswer): Html {
  const { actifs, inactifs, anomalies } = report.statuts;
  return section(
    'maintenance',
    'Compteurs et bus',
    html`<ul class="meters">${report.compteurs.map(
      (meter) =>
        html`<li class="meter ${meter.etat}"><span class="meter-name">${meter.compteur}</span><span class="meter-state">${meterStateNames[meter.etat]}</span><span class="meta">${meter.secondes_depuis_lecture === null ? 'aucune lecture' : readText(meter.secondes_depuis_lecture)}${meter.echecs_1h > 0 && ` · ${meter.echecs_1h} ${frenchPlural(meter.echecs_1h, 'échec', 'échecs')}/h`}</span></li>`,
    )}</ul>
${report.bus.length > 0 && html`<ul class="buses">${report.bus.map((bus) => html`<li><strong>Bus ${bus.bus}</strong> : ${frenchNumber(bus.reponses_1h, 0)} réponses sur ${frenchNumber(bus.interrogations_1h, 0)} interrogations en une heure${bus.taux_echec !== null && ` (${percent(bus.taux_echec * 100)} d'échecs)`}</li>`)}</ul>`}
${report.anomalies_techniques.length > 0 && html`<p class="meta">Anomalies techniques ouvertes : ${[...new Set(report.anomalies_techniques.map((anomaly) => `${anomalyName(anomaly.type)}${(anomaly.compteur ?? anomaly.bus) ? ` (${anomaly.compteur ?? anomaly.bus})` : ''}`))].join(', ')}</p>`}
<h3>À faire</h3>
<ul class="advice">${report.recommandations.map((advice) => html`<li>${advice}</li>`)}</ul>`,
    html`<p class="aside">${actifs} ${frenchPlural(actifs, 'actif', 'actifs')} · ${inactifs} ${frenchPlural(inactifs, 'muet', 'muets')} · ${anomalies} en défaut</p>`,
  );
}

function readText(seconds: number): string {
  return seconds < 60 ? 'lu à l’instant' : `lu il y a ${duration(seconds)}`;
}
