import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { preview } from 'vite';

const BUILT = fileURLToPath(new URL('page', import.meta.url));

/** What the page must know, as settings.json. */
export interface PageSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly resource: string;
  /** The orders server. */
  readonly api: string;
}

export interface PageServer {
  /** With its slash: exactly the redirect URI. */
  readonly address: string;
  /** The page waits for its settings until then. */
  setSettings(settings: PageSettings): void;
  close(): Promise<void>;
}

/** Serves the built page with Vite, and adds its security headers and settings. */
export async function servePage(port: number): Promise<PageServer> {
  let resolve: (settings: PageSettings) => void = () => undefined;
  const settings = new Promise<PageSettings>((resolved) => {
    resolve = resolved;
  });
  const server = await preview({
    configFile: false,
    build: { outDir: BUILT },
    logLevel: 'warn',
    preview: { host: '127.0.0.1', port, strictPort: true },
    plugins: [
      {
        name: 'settings and security headers',
        configurePreviewServer({ middlewares }) {
          middlewares.use((request, response, next) => {
            void settings.then((known) => {
              for (const [name, value] of Object.entries(securityHeaders(known))) {
                response.setHeader(name, value);
              }
              if (request.url !== '/settings.json') return next();
              response.setHeader('content-type', 'application/json');
              response.end(JSON.stringify(known));
            });
          });
        },
      },
    ],
  });
  const { port: actual } = server.httpServer.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${actual}/`,
    setSettings: resolve,
    close: () => server.close(),
  };
}

/** The page runs its own script only, and calls the provider and the orders server only. */
function securityHeaders({ issuer, api }: PageSettings): Readonly<Record<string, string>> {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self' ${issuer} ${api}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ];
  return {
    'content-security-policy': policy.join('; '),
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  };
}
