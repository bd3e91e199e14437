/** The two pages of /admin: the form that asks for the token, and the way to the panels. No scripts, nothing loaded. */

export const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** In the colours of the game's own pages (clients/web/style.css). */
const STYLE = `:root{color-scheme:dark}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem;
font:16px/1.5 "Avenir Next","Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;color:#f0dfb9;
background:radial-gradient(80rem 50rem at 50% 0,#3b2d1f,#140e09 70%) #140e09}
main{width:100%;max-width:26rem;padding:2rem;background:#1d150e;border:1px solid rgb(219 169 74/28%);border-radius:.5rem}
h1{margin:0 0 1.25rem;font:600 1.6rem/1.2 "Trajan Pro","Palatino Linotype",Palatino,Georgia,serif;letter-spacing:.04em;color:#f6d488}
ul{list-style:none;margin:0 0 1.25rem;padding:0}
li+li{margin-top:.75rem}
a{display:block;padding:.85rem 1rem;color:#f6d488;text-decoration:none;background:#2a1f15;border:1px solid rgb(219 169 74/28%);border-radius:.4rem}
a span{display:block;color:#c3ac82;font-size:.9rem}
a:hover,a:focus-visible{border-color:#dba94a;outline:none}
label{display:block;color:#c3ac82}
input,button{font:inherit;width:100%;min-height:2.75rem;padding:.5rem .75rem;margin-top:.5rem;border-radius:.4rem;border:1px solid #86602a}
input{color:#f0dfb9;background:#140e09}
input:focus-visible{outline:2px solid #dba94a;outline-offset:1px}
button{margin-top:1rem;color:#140e09;background:#dba94a;font-weight:600;cursor:pointer}
button:hover,button:focus-visible{background:#f6d488;outline:none}
.quiet{color:#f0dfb9;background:none}
.quiet:hover,.quiet:focus-visible{background:#2a1f15}
p{margin:0 0 1rem;color:#c3ac82}
[role=alert]{color:#ff9a86}
[role=alert]:empty{display:none}
code{color:#f0dfb9}`;

/** What a panel is for, by its path. */
const PURPOSES: Readonly<Record<string, string>> = {
  '/monitor': 'Rooms of all processes, their players and state',
  '/playground': 'Join a room by hand and look at what it sends',
};

function pageOf(body: string): string {
  const head = `<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Hypogeum admin</title>`;
  return `<!doctype html><html lang="en"><head>${head}<style>${STYLE}</style></head><body><main>${body}</main></body></html>`;
}

/** @param notice words of ours. */
export function loginPage(notice = ''): string {
  return pageOf(`<h1>Hypogeum admin</h1><p role="alert">${notice}</p><form method="post" action="/admin/login">
<label>Admin token<input type="password" name="token" autocomplete="current-password" required autofocus></label>
<button>Enter</button></form>`);
}

export function indexPage(panels: readonly string[]): string {
  const links = panels.map(
    (path) => `<li><a href="${path}/">${path.slice(1)}<span>${PURPOSES[path] ?? ''}</span></a></li>`,
  );
  return pageOf(`<h1>Hypogeum admin</h1><ul>${links.join('')}</ul>
<p>To kick, ban or close a room, use the API: <code>docs/ADMIN.md</code>.</p>
<form method="post" action="/admin/logout"><button class="quiet">Leave</button></form>`);
}
