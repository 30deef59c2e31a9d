// The extension with a stand-in for VS Code: what it registers, starts and shows, as JSON.
// node extension.cjs FOLDER PAGE
const fs = require("fs");
const Module = require("module");
const path = require("path");

const [folder, page] = [process.argv[2], fs.readFileSync(process.argv[3], "utf8")];
const made = { messages: [], posted: [], asked: [], started: [] };
const named = { "Untitled-1": "/a/named.py", "/a/b.py": "/a/b.py" }; // what a file is called once it is saved
const commands = {};
let tracker, provider, factory, values, receive;

const vscode = {
  ColorThemeKind: { Light: 1, Dark: 2, HighContrast: 3, HighContrastLight: 4 },
  ViewColumn: { Beside: -2 },
  DebugAdapterExecutable: class { constructor(command, args) { Object.assign(this, { command, args }); } },
  InlineValueText: class { constructor(range, text) { Object.assign(this, { range, text }); } },
  l10n: { t: (text, ...parts) => text.replace(/\{(\d)\}/g, (_, k) => parts[k]) },
  extensions: { getExtension: () => undefined },
  workspace: { getConfiguration: () => ({ get: (name, otherwise) => ({ python: process.env.PYTHON_TO_ASK })[name] ?? otherwise }), getWorkspaceFolder: () => undefined, save: async ({ fsPath }) => named[fsPath] && { fsPath: named[fsPath] } },
  languages: { registerInlineValuesProvider: (selector, given) => { values = given; } },
  commands: { registerCommand: (name, given) => { commands[name] = given; } },
  debug: {
    registerDebugAdapterDescriptorFactory: (type, given) => { made.type = type; factory = given; },
    registerDebugConfigurationProvider: (type, given) => { provider = given; },
    registerDebugAdapterTrackerFactory: (type, given) => { tracker = given; },
    startDebugging: async (folder, configuration) => made.started.push(configuration.program),
    activeDebugSession: undefined,
  },
  window: {
    activeColorTheme: { kind: 2 },
    activeTextEditor: undefined,
    onDidChangeActiveColorTheme: () => {},
    showInformationMessage: (text) => { made.messages.push(text); },
    createWebviewPanel: () => ({
      webview: { html: "", postMessage: (message) => made.posted.push(message), onDidReceiveMessage: (given) => { receive = given; } },
      onDidDispose: () => {},
      set html(text) { this.webview.html = text; },
    }),
  },
};
const load = Module._load;
Module._load = (name, ...rest) => (name === "vscode" ? vscode : load(name, ...rest));

const session = {
  type: "autograd-lite",
  at: 0,
  async customRequest(command, given) {
    made.asked.push([command, given]);
    if (command === "autogradLite/position") return { at: this.at, recording: 1 };
    if (command === "autogradLite/page") {
      if (given.level === "node") throw new Error("too <big>");
      return { html: page };
    }
    if (command === "autogradLite/values") return { lines: [{ line: 2, text: "z = 5" }] };
    await new Promise((done) => setTimeout(done, 5)); // the way there takes its time
    this.at = given.targetId ? given.targetId - 1 : this.at;
    return {};
  },
};

async function main() {
  require(path.join(folder, "extension.js")).activate({ subscriptions: [] });
  made.adapter = await factory.createDebugAdapterDescriptor(session);
  process.env.PYTHON_TO_ASK = "/no/python";
  made.missing = await factory.createDebugAdapterDescriptor(session).catch((error) => error.message);
  made.nothing = provider.resolveDebugConfiguration(undefined, {}) ?? null;
  vscode.window.activeTextEditor = { document: { languageId: "python", uri: { fsPath: "/a/b.py" } } };
  made.completed = provider.resolveDebugConfiguration(undefined, {});
  made.plain = provider.resolveDebugConfiguration(undefined, { noDebug: true });
  for (const fsPath of ["/a/b.py", "Untitled-1", "never saved"]) {
    vscode.window.activeTextEditor = { document: { languageId: "python", uri: { fsPath } } };
    await commands["autogradLite.step"]();
  }
  vscode.debug.activeDebugSession = session;
  const document = { uri: { fsPath: "/a/b.py" }, lineAt: (line) => ({ range: `range ${line}` }) };
  made.beside = await values.provideInlineValues(document);
  const panels = [];
  const { createWebviewPanel } = vscode.window;
  vscode.window.createWebviewPanel = (...given) => { panels.push(createWebviewPanel(...given)); return panels[0]; };
  const tracking = tracker.createDebugAdapterTracker(session);
  const settled = () => new Promise((done) => setTimeout(done, 20));
  for (const at of [3, 4]) {
    session.at = at;
    tracking.onDidSendMessage({ type: "event", event: "stopped" });
    await settled();
  }
  made.html = panels[0].webview.html;
  made.asked.length = 0;
  await receive({ position: 7 });
  await receive({ node: 2 });
  made.led = made.asked.splice(0);
  made.followed = made.posted.splice(0);
  const moves = [10, 11, 12, 13].map((position) => receive({ position })); // a slider that is dragged
  tracking.onDidSendMessage({ type: "event", event: "stopped" }); // and a stop on the way
  await Promise.all(moves);
  await settled();
  console.log(JSON.stringify(made));
}

main();
