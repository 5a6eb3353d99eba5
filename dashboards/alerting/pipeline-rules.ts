/** Rules for the way of the readings: does anything arrive, does it wait, is it refused? All are maintenance's. */
import { componentAge, counted, readingAge, stateAge, sustained } from '../flux/alerts.ts';
import { type FileRule, rule } from './rule.ts';

const week = 7 * 86_400;
const component = '{{ $labels.component }}';
const number = '{{ printf "%.0f" $values.B.Value }}';
/** `12m 45s` */
const duration = '{{ humanizeDuration $values.B.Value }}';

const common = { team: 'maintenance', page: 'pipeline', noData: 'OK' } as const;

export const pipelineRules: readonly FileRule[] = [
  rule({
    ...common,
    uid: 'releve-rien-n-arrive',
    title: 'Plus aucune lecture',
    severity: 'critique',
    query: readingAge,
    rangeSeconds: week,
    above: 7200,
    for: '5m',
    // A building whose meters were never read has no age; the silent meters tell that.
    summary: `Immeuble {{ $labels.building }} : aucune lecture d’aucun compteur depuis ${duration}`,
    page: 'maintenance',
    panel: 11,
  }),
  rule({
    ...common,
    uid: 'releve-surveillance',
    title: 'Surveillance arrêtée',
    severity: 'critique',
    query: stateAge,
    rangeSeconds: week,
    above: 600,
    for: '2m',
    noData: 'Alerting',
    summary: `Immeuble {{ $labels.building }} : l’état des compteurs n’est plus écrit depuis ${duration}`,
    page: 'maintenance',
    panel: 10,
  }),
  rule({
    ...common,
    uid: 'releve-composant-muet',
    title: 'Composant muet',
    severity: 'critique',
    query: componentAge,
    rangeSeconds: week,
    above: 600,
    for: '2m',
    noData: 'Alerting',
    summary: `Le composant ${component} ne parle plus depuis ${duration}`,
    panel: 18,
  }),
  rule({
    ...common,
    uid: 'releve-retard',
    title: 'Retard de traitement',
    severity: 'majeur',
    query: sustained('lag'),
    rangeSeconds: 900,
    above: 10_000,
    for: '5m',
    summary: `${component} : au moins ${number} enregistrements en attente depuis un quart d’heure`,
    panel: 10,
  }),
  rule({
    ...common,
    uid: 'releve-latence',
    title: 'Latence élevée',
    severity: 'mineur',
    query: sustained('latency_ms'),
    rangeSeconds: 900,
    above: 60_000,
    for: '5m',
    summary: `${component} : plus de ${number} ms de la réception au résultat depuis un quart d’heure`,
    panel: 12,
  }),
  rule({
    ...common,
    uid: 'releve-rejets',
    title: 'Lectures rejetées',
    severity: 'majeur',
    query: counted('rejected', /^(ingest|process)$/),
    rangeSeconds: 3600,
    above: 10,
    for: '0s',
    summary: `${component} : ${number} lectures rejetées en une heure`,
    panel: 15,
  }),
  rule({
    ...common,
    uid: 'releve-tardives',
    title: 'Lectures tardives',
    severity: 'mineur',
    query: counted('late', /^process$/),
    rangeSeconds: 86_400,
    above: 0,
    for: '0s',
    summary: `${component} : ${number} lectures arrivées après le délai en 24 heures`,
    panel: 15,
  }),
  rule({
    ...common,
    uid: 'releve-ecritures',
    title: 'Écritures refusées',
    severity: 'majeur',
    query: counted('rejected', /^sink$/),
    rangeSeconds: 3600,
    above: 0,
    for: '0s',
    summary: `${number} points refusés par la base de résultats en une heure`,
    panel: 13,
  }),
];
