/** Addresses of pages and panels; all keep the shown time range. */
export const uids = {
  building: 'releve-immeuble',
  charges: 'releve-charges',
  lot: 'releve-lot',
  maintenance: 'releve-maintenance',
  pipeline: 'releve-pipeline',
  park: 'releve-parc',
} as const;

const keepTime = '${__url_time_range}';

/** The building's page, the building taken from a table's column `immeuble`. */
export const buildingOfRow = `/d/${uids.building}?var-immeuble=\${__data.fields.immeuble}&${keepTime}`;
/** The lot's page, the meter taken from a table's column `compteur`. */
export const lotOfRow = `/d/${uids.lot}?var-immeuble=\${immeuble}&var-compteur=\${__data.fields.compteur}&${keepTime}`;
/** The page that shows why, named by an anomaly's column `page`. */
export const whyOfRow = `/d/\${__data.fields.page}?var-immeuble=\${immeuble}&var-compteur=\${__data.fields.compteur}&${keepTime}`;
export const whyOfParkRow = whyOfRow.replace('${immeuble}', '${__data.fields.immeuble}');
export const buildingPage = `/d/${uids.building}?var-immeuble=\${immeuble}&${keepTime}`;
export const maintenancePage = `/d/${uids.maintenance}?var-immeuble=\${immeuble}&${keepTime}`;
export const chargesPage = `/d/${uids.charges}?var-immeuble=\${immeuble}&${keepTime}`;
export const pipelinePage = `/d/${uids.pipeline}?${keepTime}`;
/** One panel of the page that is shown. */
export const panelOf = (uid: string, panel: number): string =>
  `/d/${uid}?var-immeuble=\${immeuble}&viewPanel=${panel}&${keepTime}`;
