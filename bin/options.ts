/** Options that every command takes. */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Building } from '../domain/building.ts';
import type { Config } from '../domain/config/config.ts';
import { ConfigurationError } from '../domain/errors.ts';
import { trustAuthorities } from '../results/influx/trust.ts';
import { loadConfiguration } from './configuration.ts';

export interface CommonOptions {
  readonly config?: string;
  readonly dataDir?: string;
}

/** Adds `--config` and `--data-dir` where the command has not got them yet. */
export function withCommonOptions(command: Command): Command {
  if (command.options.some((option) => option.long === '--config')) return command;
  return command
    .option(
      '-c, --config <fichier>',
      'fichier ou dossier de configuration (défaut : l’immeuble de releve.example.yaml)',
    )
    .option('--data-dir <dossier>', 'dossier des données (défaut : ./data)');
}

/** Throws ConfigurationError with all problems. */
export function configurationOf(options: CommonOptions): Config {
  const config = loadConfiguration(options.config);
  if (config.influx?.ca !== undefined) trustAuthorities(config.influx.ca);
  return config;
}

/** The folder, made where it is missing. */
export function dataDirectory(options: CommonOptions, config?: Config): string {
  const directory = resolve(options.dataDir ?? config?.dataDir ?? 'data');
  mkdirSync(directory, { recursive: true });
  return directory;
}

export function databaseFile(directory: string): string {
  return join(directory, 'releve.sqlite');
}

/** The building named, or the only (first) one. */
export function chosenBuilding(config: Config, id: string | undefined): Building {
  const building = id === undefined ? config.buildings[0] : config.buildings.find((candidate) => candidate.id === id);
  if (!building)
    throw new ConfigurationError([
      id === undefined ? 'buildings: none is configured' : `--immeuble: no building "${id}"`,
    ]);
  return building;
}

/** A local date YYYY-MM-DD that exists; throws ConfigurationError. */
export function checkedDate(text: string, option: string): string {
  const date = new Date(`${text}T00:00:00Z`);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== text)
    throw new ConfigurationError([`${option}: "${text}" is not a date YYYY-MM-DD`]);
  return text;
}
