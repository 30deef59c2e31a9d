// A client of the debug adapter protocol that others wrote, from npm, makes every request once.
// node editor.cjs PORT SCRIPT prints what it was answered, as JSON.
const { DebugClient } = require("@vscode/debugadapter-testsupport");

const [port, program] = [Number(process.argv[2]), process.argv[3]];
const told = {};

async function main() {
  const client = new DebugClient("node", "", "autograd-lite");
  client.defaultTimeout = 30000;
  client.logged = [];
  client.on("output", (event) => { if (event.body.category === "console") client.logged.push(event.body.output); });
  await client.start(port);
  const on = { threadId: 1 };

  async function press(name) {
    const stopped = client.waitForEvent("stopped");
    await client[`${name}Request`](on);
    return (await stopped).body.description;
  }

  const initialized = client.waitForEvent("initialized");
  told.abilities = (await client.initializeRequest({ adapterID: "autograd-lite", locale: "en", linesStartAt1: true, pathFormat: "path" })).body;
  await client.launchRequest({ program });
  await initialized;
  const source = { path: program };
  told.lines = (await client.setBreakpointsRequest({ source, breakpoints: [{ line: 5 }] })).body.breakpoints;
  told.labels = (await client.setFunctionBreakpointsRequest({ breakpoints: [
    { name: "x", condition: "after > 1" }, { name: "a", hitCondition: "2" }, { name: "b", logMessage: "dC/db = {after}" },
  ] })).body.breakpoints;
  await client.setExceptionBreakpointsRequest({ filters: ["nan", "failing"] });
  let stopped = client.waitForEvent("stopped");
  await client.configurationDoneRequest();
  told.first = (await stopped).body;
  told.threads = (await client.threadsRequest()).body.threads;
  const frames = (await client.stackTraceRequest(on)).body.stackFrames;
  told.frames = frames.map((frame) => [frame.name, frame.line]);
  const scopes = (await client.scopesRequest({ frameId: frames[0].id })).body.scopes;
  told.scopes = scopes.map((scope) => scope.name);
  const parameters = scopes.find((scope) => scope.name === "Parameters").variablesReference;
  told.parameters = (await client.variablesRequest({ variablesReference: parameters })).body.variables.map((row) => row.name);
  told.pressed = [];
  for (const name of ["stepIn", "stepIn", "stepBack", "next", "continue", "reverseContinue", "stepOut", "stepOut"]) told.pressed.push([name, await press(name)]);
  told.logged = client.logged;
  told.hover = (await client.evaluateRequest({ expression: "w", context: "hover" })).body.result;
  told.watch = (await client.evaluateRequest({ expression: "w.grad * 2 > 0", context: "watch" })).body.result;
  told.position = (await client.customRequest("autogradLite/position")).body;
  told.beside = (await client.customRequest("autogradLite/values", { path: program })).body.lines;
  told.why = (await client.evaluateRequest({ expression: "why w" })).body.result;
  const data = (await client.dataBreakpointInfoRequest({ name: "w.grad" })).body;
  told.data = (await client.setDataBreakpointsRequest({ breakpoints: [{ dataId: data.dataId, accessType: "write" }] })).body.breakpoints;
  told.back = await press("reverseContinue");
  const targets = (await client.gotoTargetsRequest({ source, line: 4 })).body.targets;
  stopped = client.waitForEvent("stopped");
  await client.gotoRequest({ threadId: 1, targetId: targets[0].id });
  told.there = (await stopped).body.description;
  const invalidated = client.waitForEvent("invalidated");
  const here = (await client.scopesRequest({ frameId: frames[0].id })).body.scopes.find((scope) => scope.name === "Parameters");
  told.set = (await client.setVariableRequest({ variablesReference: here.variablesReference, name: "w", value: "4" })).body.value;
  await invalidated;
  told.setAgain = (await client.customRequest("setExpression", { expression: "b", value: "-2" })).body.value;
  told.exception = (await client.exceptionInfoRequest(on)).body.breakMode;
  stopped = client.waitForEvent("stopped");
  await client.pauseRequest(on);
  told.paused = (await stopped).body.reason;
  told.page = (await client.customRequest("autogradLite/page")).body.html.length;
  stopped = client.waitForEvent("stopped");
  await client.restartRequest({});
  told.again = (await stopped).body.description;
  told.refused = await client.attachRequest({}).catch((error) => error.message);
  const terminated = client.waitForEvent("terminated");
  await client.terminateRequest();
  await terminated;
  await client.stop(); // which disconnects
  console.log(JSON.stringify(told));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
