/**
 * The InfluxDB schema: measurements, buckets, tags and fields, each with the member of the result, reading or telemetry it comes from.
 * A field keeps its type for ever. `i` integer, `f` float, `s` string, `b` boolean, `list` (joined by commas), `slots` (one field a price
 * slot, `<prefix><slot>_wh`, their names in `<prefix>slots`), `phases` (one field a phase, `{}` its
 * number), `json`. Members that are null are listed in the string field `nulls`, because a point cannot lose a field.
 */

export type FieldType = 'i' | 'f' | 's' | 'b' | 'list' | 'numbers' | 'slots' | 'phases' | 'json';

export interface FieldSpec {
  readonly field: string;
  readonly member: string;
  readonly type: FieldType;
}

export interface MeasurementSpec {
  readonly measurement: string;
  readonly bucket: BucketName;
  /** Tag name and the member it comes from; a null member leaves the tag out. */
  readonly tags: readonly (readonly [tag: string, member: string])[];
  readonly fields: readonly FieldSpec[];
  /** The member that gives the time (epoch ms). */
  readonly time: string;
}

export type BucketName = 'releve_raw' | 'releve_daily' | 'releve_periods';

const year = 365 * 86_400;

export const buckets: Readonly<Record<BucketName, { readonly name: BucketName; readonly retentionSeconds: number }>> = {
  releve_raw: { name: 'releve_raw', retentionSeconds: 2 * year },
  releve_daily: { name: 'releve_daily', retentionSeconds: 3 * year },
  releve_periods: { name: 'releve_periods', retentionSeconds: 10 * year },
};

/** Lists null members by field name. */
export const nullsField = 'nulls';

const meterTags = [
  ['building', 'building'],
  ['meter', 'meter'],
] as const;
const buildingTag = ['building', 'building'] as const;

export const measurements = {
  reading: {
    measurement: 'reading',
    bucket: 'releve_raw',
    tags: meterTags,
    time: 'at',
    fields: rows(
      'energy_import_wh energyImportWh i',
      'power_w powerW f',
      'apparent_power_va apparentPowerVa f',
      'energy_export_wh energyExportWh i',
      'resolution_wh resolutionWh i',
      'voltage_l{}_v voltageV phases',
      'current_l{}_a currentA phases',
    ),
  },
  meter_state: {
    measurement: 'meter_state',
    bucket: 'releve_raw',
    tags: meterTags,
    time: 'at',
    fields: rows('seconds_since_reading secondsSinceReading i', 'state state s', 'failures_1h failures1h i'),
  },
  bus_health: {
    measurement: 'bus_health',
    bucket: 'releve_raw',
    tags: [buildingTag, ['bus', 'bus']],
    time: 'at',
    fields: rows(
      'polls polls i',
      'answers answers i',
      'timeouts timeouts i',
      'checksum_errors checksumErrors i',
      'discarded_bytes discardedBytes i',
      'implausible implausible i',
      'cycle_ms cycleMs f',
      'failures_1h failures1h json',
    ),
  },
  pipeline: {
    measurement: 'pipeline',
    bucket: 'releve_raw',
    tags: [
      ['component', 'component'],
      ['partition', 'partition'],
    ],
    time: 'at',
    fields: rows(
      'lag lag i',
      'used used i',
      'duplicates duplicates i',
      'conflicts conflicts i',
      'glitches glitches i',
      'quarantined quarantined i',
      'late late i',
      'rejected rejected i',
      'throughput throughput f',
      'latency_ms latencyMs f',
    ),
  },
  meter_day: {
    measurement: 'meter_day',
    bucket: 'releve_daily',
    tags: [...meterTags, ['role', 'role']],
    time: 'start',
    fields: rows(
      'energy_wh energyWh i',
      'power_max_w powerMaxW f',
      'power_max_at powerMaxAt i',
      'power_mean_w powerMeanW f',
      'demand_max_w demandMaxW f',
      'night_floor_w nightFloorW f',
      'readings readings i',
      'lot lot i',
      'class class s',
      'status status s',
      'flags flags list',
      'start_quality startQuality s',
      'end_quality endQuality s',
      'estimated_wh estimatedWh i',
      'glitches glitches i',
      'conflicts conflicts i',
      'energy_ slotsWh slots',
      'revision revision i',
      'activity activity s',
      'window_end end i',
      'date date s',
    ),
  },
  building_day: {
    measurement: 'building_day',
    bucket: 'releve_daily',
    tags: [buildingTag],
    time: 'start',
    fields: rows(
      'general_wh generalWh i',
      'tenants_wh tenantsWh i',
      'common_wh commonWh i',
      'remainder_wh remainderWh i',
      'leak_ratio leakRatio f',
      'leak_ratio_quality leakRatioQuality s',
      'power_max_w powerMaxW f',
      'power_max_at powerMaxAt i',
      'power_mean_w powerMeanW f',
      'demand_max_w demandMaxW f',
      'contracted_va contractedVa f',
      'cos_phi cosPhi f',
      'peak_va peakVa f',
      'mean_wh meanWh f',
      'median_wh medianWh f',
      'min_wh minWh i',
      'max_wh maxWh i',
      'stdev_wh stdevWh f',
      'cv coefficientOfVariation f',
      'known_n knownCount i',
      'homogeneity homogeneity f',
      'homogeneity_n homogeneityCount i',
      'class_faible classFaible i',
      'class_moyen classMoyen i',
      'class_eleve classEleve i',
      'class_tres_eleve classTresEleve i',
      'meters_reporting metersReporting i',
      'meters_expected metersExpected i',
      'night_floor_w nightFloorW f',
      'remainder_floor_w remainderFloorW f',
      'anomalies anomalies i',
      'status status s',
      'revision revision i',
      'window_end end i',
      'date date s',
    ),
  },
  anomaly: {
    measurement: 'anomaly',
    bucket: 'releve_daily',
    tags: [buildingTag, ['type', 'type'], ['meter', 'meter'], ['bus', 'bus']],
    time: 'start',
    fields: rows(
      'severity severity s',
      'value value f',
      'threshold threshold f',
      'impact_wh impactWh i',
      'text text s',
      'lots lots numbers',
      'open open b',
      'opened_at openedAt i',
      'updated_at updatedAt i',
      'closed_at closedAt i',
      'date date s',
      'revision revision i',
    ),
  },
  recommendation: {
    measurement: 'recommendation',
    bucket: 'releve_daily',
    tags: [buildingTag, ['code', 'code']],
    time: 'start',
    fields: rows(
      'priority priority s',
      'domain domain s',
      'action action s',
      'text text s',
      'open open b',
      'date date s',
      'revision revision i',
    ),
  },
  climate: {
    measurement: 'climate',
    bucket: 'releve_daily',
    tags: [buildingTag],
    time: 'start',
    fields: rows(
      'base_wh_day baseWhPerDay f',
      'heating_wh_per_degree_day heatingWhPerDegreeDay f',
      'cooling_wh_per_degree_day coolingWhPerDegreeDay f',
      'r2 r2 f',
      'date date s',
      'revision revision i',
    ),
  },
  meter_period: {
    measurement: 'meter_period',
    bucket: 'releve_periods',
    tags: [...meterTags, ['period', 'period'], ['occupancy', 'occupancy']],
    time: 'start',
    fields: rows(
      'energy_wh energyWh i',
      'share_pct sharePct f',
      'equal_share_pct equalSharePct f',
      'deviation_pct deviationPct f',
      'billed_days billedDays i',
      'amount_cents amountCents i',
      'estimated_wh estimatedWh i',
      'priced_estimated_wh pricedEstimatedWh i',
      'lot lot i',
      'status status s',
      'revision revision i',
      'activity activity s',
      'flags flags list',
      'start_quality startQuality s',
      'end_quality endQuality s',
      'occupant occupant s',
      'payer payer s',
      'window_end end i',
      'date date s',
      'energy_ slotsWh slots',
      'slots_cents slotsCents json',
      'common_cents commonCents i',
    ),
  },
  building_period: {
    measurement: 'building_period',
    bucket: 'releve_periods',
    tags: [buildingTag, ['period', 'period']],
    time: 'start',
    fields: rows(
      'general_wh generalWh i',
      'tenants_wh tenantsWh i',
      'remainder_wh remainderWh i',
      'active_lots activeLots i',
      'mean_wh meanWh f',
      'amount_cents amountCents i',
      'status status s',
      'revision revision i',
      'closed_at closedAt i',
      'window_end end i',
      'date date s',
      'remainder_ remainderSlotsWh slots',
      'general_ generalSlotsWh slots',
    ),
  },
  adjustment: {
    measurement: 'adjustment',
    bucket: 'releve_periods',
    tags: [...meterTags, ['period', 'period'], ['sequence', 'sequence']],
    time: 'start',
    fields: rows(
      'energy_wh energyWh i',
      'amount_cents amountCents i',
      'reason reason s',
      'made_at madeAt i',
      'made_by madeBy s',
      'lot lot i',
      'date date s',
      'revision revision i',
    ),
  },
} as const satisfies Record<string, MeasurementSpec>;

export type MeasurementName = keyof typeof measurements;

/** `field member type` a row. */
function rows(...lines: string[]): readonly FieldSpec[] {
  return lines.map((line) => {
    const [field, member, type] = line.split(' ') as [string, string, FieldType];
    return { field, member, type };
  });
}
