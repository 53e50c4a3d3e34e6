import { randomBytes } from 'node:crypto';

/** The accounts of the example. They have no passwords. */
export const ACCOUNTS = [
  { id: 'alice', about: 'has three orders' },
  { id: 'bob', about: 'has not ordered yet' },
] as const;

export interface ProviderPage {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

const STYLE = `
:root { color-scheme: light dark; --ink: #17201e; --soft: #52605d; --ground: #f4f6f5; --card: #fff; --line: #d5dcda; --accent: #0f6b62; --on-accent: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8eeec; --soft: #a3b1ad; --ground: #101615; --card: #18201e; --line: #33403d; --accent: #5ecdbf; --on-accent: #08201d; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100dvh; display: grid; place-items: center; padding: 24px 20px; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { width: min(100%, 24rem); padding: 32px 28px; background: var(--card); border: 1px solid var(--line); border-radius: 16px; }
.provider { margin: 0 0 4px; color: var(--soft); font-size: .875rem; }
h1 { margin: 0 0 20px; font-size: 1.5rem; line-height: 1.2; letter-spacing: -.02em; }
p { color: var(--soft); margin: 0 0 20px; }
form { display: grid; gap: 10px; }
button { font: inherit; text-align: start; min-height: 56px; padding: 10px 16px; border: 1px solid var(--line); border-radius: 12px; background: none; color: inherit; cursor: pointer; }
button:hover { border-color: var(--accent); }
button:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
button strong { display: block; text-transform: capitalize; }
button span { color: var(--soft); font-size: .875rem; }
button[autofocus] { min-height: 48px; text-align: center; font-weight: 600; border-color: var(--accent); background: var(--accent); color: var(--on-accent); }
.note { margin: 20px 0 0; font-size: .875rem; }
`;

export function signInPage(page: string): ProviderPage {
  const accounts = ACCOUNTS.map(
    ({ id, about }) =>
      `<button name="account" value="${id}"><strong>${id}</strong><span>${about}</span></button>`,
  );
  return htmlPage(
    'Who are you?',
    `<form method="post">${accounts.join('')}</form>
    <p class="note">An example: these accounts have no passwords.</p>`,
    // The form is answered by a redirect that ends at the page.
    new URL(page).origin,
  );
}

export function signOutPage(form: string): ProviderPage {
  return htmlPage(
    'Sign out?',
    `<p>You sign out of the provider, and so of all its pages.</p>${form}
    <button autofocus form="op.logoutForm" name="logout" value="yes">Sign out</button>`,
    'http://127.0.0.1:*',
  );
}

export function messagePage(title: string, message: string): ProviderPage {
  return htmlPage(title, `<p>${escape(message)}</p>`);
}

function htmlPage(title: string, content: string, formTarget = ''): ProviderPage {
  const nonce = randomBytes(16).toString('base64');
  return {
    body: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}</title><link rel="icon" href="data:,">
<style nonce="${nonce}">${STYLE}</style>
</head>
<body><main><p class="provider">Example provider</p><h1>${title}</h1>${content}</main></body>
</html>`,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': `default-src 'none'; style-src 'nonce-${nonce}'; img-src data:; form-action 'self' ${formTarget}; base-uri 'none'; frame-ancestors 'none'`,
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    },
  };
}

function escape(text: string): string {
  return text.replaceAll(/[^\w .,:-]/g, '');
}
