// The extension: it starts the debug adapter, and shows the live page of a recording beside the code.
const { execFile } = require("child_process");
const vscode = require("vscode");
const { View } = require("./view");

const TYPE = "autograd-lite";

exports.activate = function activate(context) {
  const view = new View(TYPE);
  context.subscriptions.push(
    vscode.debug.registerDebugAdapterDescriptorFactory(TYPE, { createDebugAdapterDescriptor: adapter }),
    vscode.debug.registerDebugConfigurationProvider(TYPE, { resolveDebugConfiguration: completed }),
    vscode.debug.registerDebugAdapterTrackerFactory(TYPE, { createDebugAdapterTracker: (session) => view.tracker(session) }),
    vscode.languages.registerInlineValuesProvider({ language: "python" }, { provideInlineValues: besideLines }),
    vscode.window.onDidChangeActiveColorTheme(() => view.repaint()),
    vscode.commands.registerCommand("autogradLite.step", stepThrough),
    vscode.commands.registerCommand("autogradLite.view", () => view.open()),
  );
};

// -- What is run --

// The adapter runs in a Python that has the package; say so if this one has not.
async function adapter(session) {
  const python = await interpreter(session);
  const missing = await new Promise((answer) => execFile(python, ["-c", "import autograd_lite.debugging"], answer));
  if (missing) {
    throw new Error(vscode.l10n.t("{0} has no autograd-lite. Install it there with: {0} -m pip install autograd-lite; or choose another Python in the setting autogradLite.python.", python));
  }
  return new vscode.DebugAdapterExecutable(python, ["-m", "autograd_lite", "dap"]);
}

// As the setting says, else as the Python extension has it, else what a terminal would find.
async function interpreter(session) {
  const set = vscode.workspace.getConfiguration("autogradLite", session.workspaceFolder).get("python");
  if (set) return set;
  const python = vscode.extensions.getExtension("ms-python.python");
  if (python) {
    const { environments } = await python.activate();
    const chosen = environments?.getActiveEnvironmentPath(session.workspaceFolder?.uri).path;
    if (chosen) return chosen;
  }
  return process.platform === "win32" ? "python" : "python3";
}

// Without a launch.json, the open file is run; `noDebug` is what else VS Code asks for then (Ctrl+F5).
function completed(folder, configuration) {
  if (configuration.type) return configuration;
  const document = vscode.window.activeTextEditor?.document;
  if (document?.languageId !== "python") {
    vscode.window.showInformationMessage(vscode.l10n.t("Open a Python file first."));
    return undefined;
  }
  return { ...configuration, ...launching(document.uri) };
}

function launching(file) {
  return { type: TYPE, request: "launch", name: vscode.l10n.t("Backprop"), program: file.fsPath };
}

async function stepThrough(file) {
  const document = file ? await vscode.workspace.openTextDocument(file) : vscode.window.activeTextEditor?.document;
  if (!document) return vscode.window.showInformationMessage(vscode.l10n.t("Open a Python file first."));
  const saved = await vscode.workspace.save(document.uri); // a file that had no name yet has one now
  if (!saved) return undefined;
  return vscode.debug.startDebugging(vscode.workspace.getWorkspaceFolder(saved), launching(saved));
}

// -- What stands beside the lines --

// The numbers of the nodes that were made on each line, as they are at this step.
async function besideLines(document) {
  const session = vscode.debug.activeDebugSession;
  if (session?.type !== TYPE) return [];
  try {
    const { lines } = await session.customRequest("autogradLite/values", { path: document.uri.fsPath });
    return lines.map(({ line, text }) => new vscode.InlineValueText(document.lineAt(line - 1).range, text));
  } catch { // the script is running
    return [];
  }
}
