/** The whole configuration in the domain's terms. Secrets are resolved texts here: never log a configuration. */
import type { Building } from '../building.ts';
import type { Bus } from '../bus.ts';

export interface TlsOptions {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

export interface KafkaConfig {
  readonly brokers: readonly string[];
  readonly prefix: string;
  readonly partitions: number;
  readonly replication: number;
  readonly tls?: boolean | TlsOptions | undefined;
  readonly sasl?:
    | {
        readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
        readonly username: string;
        readonly password: string;
      }
    | undefined;
}

export interface InfluxConfig {
  readonly url: string;
  readonly organisation: string;
  readonly token: string;
  /** PEM file of an authority that signed the server's certificate and that the system does not know. */
  readonly ca?: string | undefined;
  readonly timeoutMs: number;
}

export type AccessRole = 'syndic' | 'maintenance' | 'locataire';

export interface AccessToken {
  readonly role: AccessRole;
  /** Empty: none. */
  readonly buildings: readonly string[];
  readonly lot?: number | undefined;
  /** `sha256:<hex>` of the bearer token. */
  readonly hash: string;
  readonly expiresAt?: number | undefined;
}

export interface ApiConfig {
  readonly host: string;
  readonly port: number;
  readonly tokens: readonly AccessToken[];
  readonly publicUrl?: string | undefined;
  /** Addresses or networks of reverse proxies whose X-Forwarded-For is believed; none by default. */
  readonly trustedProxies?: readonly string[];
}

export interface NotificationsConfig {
  readonly smtp?:
    | {
        readonly host: string;
        readonly port: number;
        readonly secure: boolean;
        readonly user?: string | undefined;
        readonly password?: string | undefined;
        readonly from: string;
      }
    | undefined;
  /** Local minutes of the day `[from, to)`, may wrap. */
  readonly quietHours?: { readonly fromMinute: number; readonly toMinute: number } | undefined;
  /** Local minute of the day at which mails that are not critical go out together; undefined: each on its own. */
  readonly digestMinute?: number | undefined;
  /** Critical anomalies are told in quiet hours too. */
  readonly criticalPasses: boolean;
  /** What nobody took for so long is given up. */
  readonly maxAgeMs: number;
  readonly unsubscribeSecret?: string | undefined;
}

export interface Config {
  readonly buildings: readonly Building[];
  readonly buses: readonly Bus[];
  readonly kafka?: KafkaConfig | undefined;
  readonly influx?: InfluxConfig | undefined;
  readonly api: ApiConfig;
  readonly notifications: NotificationsConfig;
  readonly dataDir?: string | undefined;
}
