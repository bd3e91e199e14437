/** The two pages of /admin: the form that asks for the token, and the way to the panels. No scripts, nothing loaded. */

export const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:24rem;margin:4rem auto;padding:0 1rem;color:#222;background:#f6f3ee}
input,button{font:inherit;padding:.5rem;width:100%;box-sizing:border-box;margin-top:.5rem}`;

function pageOf(body: string): string {
  const head = `<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Hypogeum admin</title>`;
  return `<!doctype html><html lang="en"><head>${head}<style>${STYLE}</style></head><body>${body}</body></html>`;
}

/** @param notice words of ours. */
export function loginPage(notice = ''): string {
  return pageOf(`<h1>Admin</h1><p role="alert">${notice}</p><form method="post" action="/admin/login">
<label>Token<input type="password" name="token" autocomplete="current-password" required autofocus></label>
<button>Enter</button></form>`);
}

export function indexPage(panels: readonly string[]): string {
  const links = panels.map((path) => `<li><a href="${path}/">${path.slice(1)}</a></li>`).join('');
  return pageOf(`<h1>Admin</h1><ul>${links}</ul><p>Acts (kick, ban, close a room) are the API's: docs/ADMIN.md.</p>
<form method="post" action="/admin/logout"><button>Leave</button></form>`);
}
