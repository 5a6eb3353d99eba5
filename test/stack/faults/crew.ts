/** The processes of a run: how many of each role, who is killed, who takes their place, and what all of them have said. */
import type { Rig, StartedRole } from './rig.ts';
import { until } from './until.ts';

export type RoleName = 'process' | 'sink' | 'ingest';

export interface Crew {
  readonly alive: (role: RoleName) => readonly StartedRole[];
  /** Journal events of all processes that ever ran, by type. */
  events(): Record<string, number>;
  start(role: RoleName): Promise<StartedRole>;
  /** SIGKILL. */
  kill(role: StartedRole): Promise<void>;
  /** SIGTERM; the exit code. */
  end(role: StartedRole): Promise<number | string>;
  /** @throws Error with the last words of those who ended though nobody had asked them to */
  check(): void;
}

export function createCrew(rig: Rig): Crew {
  const everybody: StartedRole[] = [];
  const asked = new Set<StartedRole>();
  return {
    alive: (name) => everybody.filter((role) => role.name === name && role.ended === undefined),
    events() {
      const counts: Record<string, number> = {};
      for (const { msg } of everybody.flatMap((role) => role.log))
        if (msg !== undefined && told.has(msg)) counts[msg] = (counts[msg] ?? 0) + 1;
      return counts;
    },
    async start(name) {
      const role = await rig.start(name);
      everybody.push(role);
      return role;
    },
    async kill(role) {
      asked.add(role);
      await role.end('SIGKILL');
    },
    end(role) {
      asked.add(role);
      return role.end('SIGTERM');
    },
    check() {
      const gone = everybody.filter((role) => role.ended !== undefined && !asked.has(role));
      if (gone.length > 0) throw new Error(gone.map(lastWords).join('\n'));
    },
  };
}

function lastWords({ name, pid, ended, said }: StartedRole): string {
  return `${name} ${pid} ended by itself with ${ended}:\n${said.slice(-60).join('\n')}`;
}

/** Waits until the process has restored a partition and gone on for a moment: then it works. */
export async function working(role: StartedRole): Promise<void> {
  await until(`${role.name} ${role.pid} works`, 240_000, () => {
    if (role.ended !== undefined)
      throw new Error(`${role.name} ended with ${role.ended}:\n${role.said.slice(-20).join('\n')}`);
    const restored = role.log.filter(({ msg }) => msg === 'restored').map(({ partition }) => partition);
    return role.owned().some((partition) => restored.includes(partition));
  });
}

const told: ReadonlySet<string> = new Set(['assigned', 'restored', 'revoked', 'fenced', 'retry', 'failed']);
