// The view beside the code: the live page of the recording. It follows the debugger, and leads it.
const { createHash, randomBytes } = require("crypto");
const vscode = require("vscode");

const DARK = [vscode.ColorThemeKind.Dark, vscode.ColorThemeKind.HighContrast];
const LEVELS = ["node", "unit"]; // a graph too big for its nodes is shown by its units

exports.View = class View {
  constructor(type) {
    this.type = type;
    this.panel = undefined;
    this.session = undefined; // whose recording is shown
    this.recording = 0; // its number; 0 for none, so that the page is asked for
    this.wanted = true; // until the reader closes it
    this.moves = 0; // how often the reader has moved in the page
    this.next = undefined; // where to, while the debugger has not begun to go there
    this.leading = false; // whether the debugger is on its way
  }

  // What VS Code calls with each message of the adapter.
  tracker(session) {
    return {
      onWillStartSession: () => { this.wanted = vscode.workspace.getConfiguration("autogradLite").get("openView", true); },
      onDidSendMessage: (message) => {
        if (message.type !== "event") return;
        if (message.event === "invalidated") this.recording = 0;
        if (message.event === "stopped" || message.event === "invalidated") this.follow(session);
        if (message.event === "terminated") this.leave(session);
      },
    };
  }

  open() {
    this.wanted = true;
    const session = vscode.debug.activeDebugSession;
    if (session?.type === this.type) return this.follow(session);
    return vscode.window.showInformationMessage(vscode.l10n.t("The graph is shown while the debugger stands in a recording."));
  }

  // Show the step where the debugger stands.
  async follow(session) {
    if (!this.wanted) return;
    try {
      const { at, recording } = await session.customRequest("autogradLite/position");
      if (this.leading) return; // the page is where the debugger is yet to come
      if (!this.panel) this.makePanel();
      if (session !== this.session || recording !== this.recording) {
        const page = await pageOf(session);
        Object.assign(this, { session, recording });
        this.panel.webview.html = framed(themed(page), at, this.moves);
      } else {
        this.panel.webview.postMessage({ at, moves: this.moves });
      }
    } catch { // the script runs again already
      this.recording = 0;
    }
  }

  // The colours of the editor have changed.
  repaint() {
    this.recording = 0;
    if (this.session) this.follow(this.session);
  }

  leave(session) {
    if (session === this.session) Object.assign(this, { session: undefined, recording: 0 });
  }

  makePanel() {
    const beside = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    this.panel = vscode.window.createWebviewPanel(this.type, vscode.l10n.t("Backprop"), beside, { enableScripts: true, retainContextWhenHidden: true });
    this.panel.onDidDispose(() => Object.assign(this, { panel: undefined, recording: 0, wanted: false }));
    this.panel.webview.onDidReceiveMessage((asked) => this.lead(asked));
  }

  // The reader moved in the page, or chose a node there: the debugger goes there, too. Where moves come
  // faster than it goes, the last one counts, and it is only then that the page follows again.
  async lead(asked) {
    this.moves += 1;
    this.next = asked;
    if (this.leading) return;
    this.leading = true;
    while (this.next) {
      const target = this.next;
      this.next = undefined;
      await this.goThere(target);
    }
    this.leading = false;
    if (this.session) await this.follow(this.session);
  }

  async goThere({ position, node }) {
    const [command, target] = position === undefined ? ["autogradLite/goto", { node }] : ["goto", { threadId: 1, targetId: position + 1 }];
    try {
      await this.session?.customRequest(command, target);
    } catch { // the script runs again already: the page is that of a recording that was left
      this.recording = 0;
    }
  }
};

// The page of a recording; where there is none, the reason why.
async function pageOf(session) {
  let reason;
  for (const level of LEVELS) {
    try {
      return (await session.customRequest("autogradLite/page", { level })).html;
    } catch (error) {
      reason ??= error.message;
    }
  }
  return `<!DOCTYPE html><p>${reason.replace(/[<&]/g, (sign) => `&#${sign.charCodeAt(0)};`)}</p>`;
}

// The page in the editor's colours, which need not be the system's; its policy names its style by a hash.
function themed(page) {
  const style = page.match(/<style>([^]*?)<\/style>/)?.[1];
  if (style === undefined) return page;
  const media = DARK.includes(vscode.window.activeColorTheme.kind) ? "all" : "not all";
  const painted = style.replaceAll("(prefers-color-scheme: dark)", media);
  return page.replace(style, () => painted).replace(hashOf(style), () => hashOf(painted));
}

function hashOf(text) {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

// The page in a frame of its own. A frame obeys the policy of what is around it as well as its own,
// so that one names the page's scripts and style, too; nothing asks anything of any network.
function framed(page, at, moves) {
  const nonce = randomBytes(16).toString("hex");
  const hashes = (kind) => (page.match(new RegExp(`${kind}-src ([^;"]*)`))?.[1] ?? "");
  const policy = `default-src 'none'; script-src 'nonce-${nonce}' ${hashes("script")}; style-src 'nonce-${nonce}' ${hashes("style")}; img-src data:`;
  const data = JSON.stringify({ page, at, moves }).replace(/</g, "\\u003c");
  return `<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<style nonce="${nonce}">
html, body, iframe { width: 100%; height: 100%; margin: 0; padding: 0; border: 0; }
body { overflow: hidden; }
</style>
</head>
<body>
<iframe title="${vscode.l10n.t("Backprop")}"></iframe>
<script nonce="${nonce}" type="application/json" id="data">${data}</script>
<script nonce="${nonce}">(${follower.toString()})();</script>
</body>
</html>`;
}

// Runs in the view: hands positions from the debugger to the page, and from the page to the debugger.
function follower() {
  const editor = acquireVsCodeApi();
  const frame = document.querySelector("iframe");
  // moves: how often the reader has moved; a position that was told before the last time is out of date
  let { page, at, moves } = JSON.parse(document.getElementById("data").textContent);
  let chosen = -1;

  function tell(move) {
    moves += 1;
    editor.postMessage(move);
  }

  function lead() {
    const shown = frame.contentWindow.autograd;
    if (shown && shown.position() !== at) shown.goto(at);
  }

  function changed({ detail }) {
    if (detail.position !== at) {
      at = detail.position;
      tell({ position: at });
    } else if (detail.node !== chosen && detail.node >= 0) {
      tell({ node: detail.node });
    }
    chosen = detail.node;
  }

  frame.addEventListener("load", () => {
    lead();
    frame.contentWindow.addEventListener("autograd", changed);
  });
  addEventListener("message", ({ data }) => {
    if (typeof data.at !== "number" || data.moves < moves) return;
    at = data.at;
    lead();
  });
  frame.srcdoc = page;
}
