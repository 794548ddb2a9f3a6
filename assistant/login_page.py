"""The page on which one logs in: one form, no script, in the look of the other pages. Pure."""

from html import escape

from assistant.page.speech import language, say, say_many

_STYLE = """
:root { color-scheme: light dark; --paper: #fafaf9; --field: #fff; --ink: #1c1917; --quiet: #57534e; --line: #d6d3d1;
  --green: #047857; --bad: #b42318; }
@media (prefers-color-scheme: dark) { :root { --paper: #0c0a09; --field: #1c1917; --ink: #f5f5f4; --quiet: #a8a29e;
  --line: #44403c; --bad: #fda29b; } }
body { margin: 0; min-height: 100dvh; display: grid; place-items: center; background: var(--paper); color: var(--ink);
  font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { box-sizing: border-box; width: min(100%, 360px); padding: 24px; }
h1 { font-size: 1.3rem; font-weight: 650; letter-spacing: -0.01em; margin: 0 0 4px; }
p { color: var(--quiet); font-size: 0.9rem; margin: 0 0 18px; }
p[role="alert"] { color: var(--bad); font-weight: 600; }
label { display: block; font-size: 0.9rem; font-weight: 600; margin: 0 0 14px; }
input { display: block; box-sizing: border-box; width: 100%; margin-top: 4px; padding: 10px 14px; font: inherit;
  color: inherit; background: var(--field); border: 1px solid var(--line); border-radius: 12px; }
button { width: 100%; min-height: 44px; font: inherit; font-weight: 600; color: #fff; background: var(--green);
  border: 0; border-radius: 12px; cursor: pointer; }
:focus-visible { outline: 2px solid var(--green); outline-offset: 2px; }
"""


def login_page(query: str, problem: str = "", name: str = "") -> str:
    """The form. `query` is what the page that was asked for had behind its `?`, and is asked for again afterwards."""
    told = f'<p role="alert">{escape(problem)}</p>' if problem else f"<p>{say('Log in to go on.')}</p>"
    action = escape(f"/login?{query}" if query else "/login")
    at_name, at_password = ("", " autofocus") if name else (" autofocus", "")
    return (
        f'<!doctype html><html lang="{language()}"><head><meta charset="utf-8">'
        f"<title>{say('Log in to Aprendiz')}</title>"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="icon" href="data:,"><style>{_STYLE}</style></head>'
        f'<body><main><h1>Aprendiz</h1>{told}<form method="post" action="{action}">'
        f'<label>{say("Name")}<input name="name" value="{escape(name)}" autocomplete="username" autocapitalize="none" '
        f'spellcheck="false" required{at_name}></label>'
        f'<label>{say("Password")}<input name="password" type="password" autocomplete="current-password" '
        f"required{at_password}></label>"
        f"<button>{say('Log in')}</button></form></main></body></html>"
    )


def wait_words(seconds: float) -> str:
    """What is told after too many attempts."""
    return say_many(
        "Too many wrong passwords. Wait {count} minute, then try again.",
        "Too many wrong passwords. Wait {count} minutes, then try again.",
        max(1, round(seconds / 60)),
    )
