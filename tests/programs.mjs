// Run programs in JavaScript: for the tests that compare them with Python.
// It reads lines of JSON, { program, rows, steps } or { source, rows }, and answers with lines.
import { createInterface } from "node:readline";

const told = (number) => (Object.is(number, -0) ? "-0" : String(number));

// A live program: it fills in values and local derivatives, and says what has no value.
function live({ program, rows, steps }) {
  const run = new Function(`${program}\nreturn program;`)();
  return rows.map((row) => {
    const values = Float64Array.from(row.map(Number));
    const partials = new Float64Array(steps);
    const failed = run(values, partials);
    return failed ?? { values: [...values].map(told), partials: [...partials].map(told) };
  });
}

// A compiled function, as it stands in a page: its name is the last one declared.
function compiled({ source, rows }) {
  const name = /function ([^(]+)\(/.exec(source)[1];
  const run = new Function(`"use strict";\n${source}\nreturn ${name};`)();
  const shown = (result) => (Array.isArray(result) ? result.map(shown) : told(result));
  const given = (part) => (Array.isArray(part) ? part.map(given) : Number(part));
  return rows.map((row) => {
    try {
      return shown(run(...row.map(given)));
    } catch (error) {
      return `${error.name}: ${error.message}`;
    }
  });
}

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  console.log(JSON.stringify(asked.program === undefined ? compiled(asked) : live(asked)));
}
