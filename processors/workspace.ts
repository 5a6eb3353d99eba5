/** Reused memory for one evaluation of a building: readings, a curve and a validation a meter, slot buffers. Owned by a task, handed to the reducer. */
import { Curve } from './consumption/curve.ts';
import { maximumSlots } from './consumption/power.ts';
import { ReadingColumns } from './consumption/readings.ts';
import { Validation } from './consumption/validate.ts';

export class Workspace {
  private readonly columns: ReadingColumns[] = [];
  private readonly curves: Curve[] = [];
  private readonly validations: Validation[] = [];
  readonly slots = new Float64Array(maximumSlots);
  /** Σ tenants by 10-minute slot, NaN where one is unknown. */
  readonly tenantSlots = new Float64Array(maximumSlots);
  /** General − Σ tenants − Σ common by slot. */
  readonly remainderSlots = new Float64Array(maximumSlots);

  readings(index: number): ReadingColumns {
    while (this.columns.length <= index) this.columns.push(new ReadingColumns());
    return this.columns[index] as ReadingColumns;
  }

  curve(index: number): Curve {
    while (this.curves.length <= index) this.curves.push(new Curve());
    return this.curves[index] as Curve;
  }

  validation(index: number): Validation {
    while (this.validations.length <= index) this.validations.push(new Validation());
    return this.validations[index] as Validation;
  }
}
