// Reads [{ grammar, texts }] and writes, for each text in order, whether xgrammar accepts it.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

// The package says that it is an ES module and is a script of another kind, which exports nothing when it is imported.
const require = createRequire(import.meta.url);
const path = require.resolve("@mlc-ai/web-xgrammar");
const module = { exports: {} };
new Function("exports", "module", "require", "__filename", "__dirname", readFileSync(path, "utf8"))(module.exports, module, require, path, ".");
const { Grammar, Testings } = module.exports;

let input = "";
for await (const piece of process.stdin) input += piece;
const accepted = [];
for (const { grammar, texts } of JSON.parse(input)) {
  const compiled = await Grammar.fromEBNF(grammar, "root");
  for (const text of texts) accepted.push(await Testings.isGrammarAcceptString(compiled, text));
  compiled.dispose();
}
console.log(JSON.stringify(accepted));
