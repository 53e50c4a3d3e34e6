import type * as undici from 'undici';
import { guardedLookup } from '../address/guarded-lookup.ts';
import type { ClientCertificate } from './http-options.ts';
import type { ResetSockets } from './reset-sockets.ts';
import { Tunnel } from './tunnel.ts';

/** For the built-in fetch. */
export interface ConnectionOptions {
  readonly certificate?: ClientCertificate | undefined;
  /** Sockets to one origin at a time. Requests beyond that wait, within their time limit. Default no limit. */
  readonly maxSockets?: number;
  /** Called once per proxy and origin. The proxy is shown without user name and password. */
  readonly onProxy?: (used: { readonly proxy: string; readonly origin: string }) => void;
}

export interface AgentSettings extends ConnectionOptions {
  readonly ca: string | Buffer | undefined;
  readonly timeoutMs: number;
}

/** How to reach an origin. */
export interface Route {
  readonly proxy: URL | undefined;
  /** Whose metadata names the URL: its address is checked while connecting. A proxy resolves names itself. */
  readonly issuer: URL | undefined;
}

/** The connections to providers: directly or through a proxy, with or without checked addresses. */
export class Agents {
  readonly #settings: AgentSettings;
  readonly #resets: ResetSockets;
  readonly #agents = new Map<string, undici.Agent>();
  readonly #tunnels = new Map<string, Tunnel>();
  readonly #proxied = new Set<string>();

  constructor(settings: AgentSettings, resets: ResetSockets) {
    this.#settings = settings;
    this.#resets = resets;
  }

  get(loaded: typeof undici, url: URL, route: Route): undici.Agent {
    const { proxy, issuer } = route;
    if (proxy !== undefined) this.#reportProxy(proxy.origin, url.origin);
    const key = `${issuer?.origin ?? ''} ${proxy?.href ?? ''}`;
    const agent = this.#agents.get(key) ?? this.#create(loaded, route);
    this.#agents.set(key, agent);
    return agent;
  }

  #create(loaded: typeof undici, { proxy, issuer }: Route): undici.Agent {
    const { ca, certificate, maxSockets = null } = this.#settings;
    const isLookedUp = issuer !== undefined && proxy === undefined;
    const direct = loaded.buildConnector({
      ...(ca === undefined ? undefined : { ca }),
      ...certificate,
      ...(isLookedUp ? { lookup: guardedLookup(issuer) } : undefined),
    });
    const connect = proxy === undefined ? direct : this.#tunnel(loaded, proxy).connector(direct);
    return new loaded.Agent({ connections: maxSockets, connect: this.#resets.watch(connect) });
  }

  #tunnel(loaded: typeof undici, proxy: URL): Tunnel {
    const tunnel =
      this.#tunnels.get(proxy.href) ?? new Tunnel(loaded, proxy, this.#settings.timeoutMs);
    this.#tunnels.set(proxy.href, tunnel);
    return tunnel;
  }

  #reportProxy(proxy: string, origin: string): void {
    const key = `${proxy} ${origin}`;
    if (this.#proxied.has(key)) return;
    this.#proxied.add(key);
    this.#settings.onProxy?.({ proxy, origin });
  }

  /** Final: closes all sockets. */
  async close(): Promise<void> {
    const all = [...this.#agents.values(), ...this.#tunnels.values()];
    this.#agents.clear();
    this.#tunnels.clear();
    await Promise.all(all.map((each) => (each instanceof Tunnel ? each.close() : each.destroy())));
  }
}
