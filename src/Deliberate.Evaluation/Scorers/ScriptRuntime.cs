using System.Text.RegularExpressions;
using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>
/// What runs scripts of a language in the sandbox. The harness reads code, answer and context from standard input, and leaves what came of it
/// in a file: what the code prints goes nowhere.
/// </summary>
/// <param name="Title">For messages.</param>
/// <param name="Program">The interpreter that is there.</param>
/// <param name="Arguments">Before the harness.</param>
/// <param name="HarnessFile">In the sandbox.</param>
/// <param name="Harness">Its text.</param>
/// <param name="Nothing">An expression, to try the language out.</param>
/// <param name="ModuleName">What a module is called in the sandbox, by its text.</param>
internal sealed partial record ScriptRuntime(string Title, string Program, IReadOnlyList<string> Arguments, string HarnessFile, string Harness, string Nothing, Func<string, string> ModuleName)
{
    /// <param name="language">Of the scripts.</param>
    /// <param name="isInstalled">Whether a program is there; null to look in PATH.</param>
    /// <exception cref="UserError">Nothing that runs it is there.</exception>
    public static ScriptRuntime Of(ScriptLanguage language, Func<string, bool>? isInstalled = null)
    {
        isInstalled ??= IsInPath;
        return language == ScriptLanguage.Python
            ? new("Python", First("Python", isInstalled, "python3"), ["-B"], "run.py", PythonText, "True", _ => "assertion.py")
            : new("JavaScript", First("JavaScript", isInstalled, "node", "bun"), [], "run.cjs", JavaScriptText, "true", text => Exports().IsMatch(text) ? "assertion.mjs" : "assertion.cjs");
    }

    private static string First(string title, Func<string, bool> isInstalled, params string[] programs) => programs.FirstOrDefault(isInstalled)
        ?? throw new UserError($"A scorer of the task is written in {title}, and {string.Join(" and ", programs)} {(programs.Length > 1 ? "are" : "is")} not installed here.", field: "scorers.script", advice: $"Install {string.Join(" or ", programs)}, or leave the scorer out. Nothing was asked.");

    private static bool IsInPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Where(f => f.StartsWith('/')).Concat(["/usr/local/bin", "/usr/bin", "/bin"]).Any(f => File.Exists(Path.Combine(f, program)));

    [GeneratedRegex(@"^\s*(export|import)\s", RegexOptions.CultureInvariant | RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Exports();

    private const string PythonText = """
        import asyncio, dataclasses, inspect, json, sys

        def tell(**said):
            try:
                text = json.dumps(said, allow_nan=False)
            except (TypeError, ValueError):
                text = json.dumps({"broken": "it gave back " + repr(said.get("result"))[:80]})
            with open("result.json", "w", encoding="utf-8") as file:
                file.write(text)

        def why(error):
            return type(error).__name__ + ": " + str(error)

        def named(scope, name):
            if name not in scope:
                raise NameError("the file has no function " + name)
            return scope[name]

        def function(given):
            scope = {"__name__": "assertion", "json": json}
            if given["module"]:
                exec(compile(given["code"], given["module"], "exec"), scope)
                return named(scope, given["function"] or "get_assert")
            lines = given["code"].split("\n")
            if len(lines) == 1:
                lines = ["return " + given["code"].strip()]
            indent = next((line[:len(line) - len(line.lstrip())] for line in lines if line.strip() and line[0] in " \t"), "    ")
            exec(compile("def assertion(output, context):\n" + "\n".join(indent + line for line in lines), "assertion", "exec"), scope)
            return scope["assertion"]

        def main():
            given = json.loads(sys.stdin.buffer.read())
            try:
                judge = function(given)
            except BaseException as error:
                return tell(broken=why(error))
            if given["trial"]:
                return tell(result=True)
            try:
                result = judge(given["output"], given["context"])
                if inspect.isawaitable(result):
                    async def waited():
                        return await result
                    result = asyncio.run(waited())
            except BaseException as error:
                return tell(threw=why(error))
            if dataclasses.is_dataclass(result) and not isinstance(result, type):
                result = dataclasses.asdict(result)
            tell(result=result)

        main()
        """;

    private const string JavaScriptText = """
        const fs = require('fs');
        const path = require('path');
        const url = require('url');

        const tell = said => fs.writeFileSync('result.json', JSON.stringify(said));
        const why = error => (error && error.name ? error.name + ': ' + error.message : String(error));

        // A declaration is followed by the expression that counts; elsewhere the whole line is one.
        function body(code) {
          if (code.includes('\n')) return code;
          const line = code.trim().replace(/;+\s*$/, '');
          if (!/^(const|let|var)\s/.test(line)) return 'return ' + line;
          for (let at = line.lastIndexOf(';'); at > 0; at = line.lastIndexOf(';', at - 1)) {
            const tried = line.slice(0, at + 1) + ' return ' + line.slice(at + 1).trim();
            try {
              new Function('output', 'context', tried);
              return tried;
            } catch {}
          }
          return line;
        }

        async function judgeOf(given) {
          if (!given.module) return new Function('output', 'context', body(given.code));
          const module = await import(url.pathToFileURL(path.resolve(given.module)).href);
          const name = given.function;
          const judge = name ? module[name] ?? module.default?.[name] : module.default?.default ?? module.default;
          if (typeof judge !== 'function') throw new Error(name ? 'the file exports no function ' + name : 'the file exports no function');
          return judge;
        }

        async function main() {
          const given = JSON.parse(fs.readFileSync(0, 'utf8'));
          let judge, result;
          try {
            judge = await judgeOf(given);
          } catch (error) {
            return tell({ broken: why(error) });
          }
          if (given.trial) return tell({ result: true });
          try {
            result = await judge(given.output, given.context);
          } catch (error) {
            return tell({ threw: why(error) });
          }
          if (typeof result === 'number' && !Number.isFinite(result)) return tell({ broken: 'it gave back ' + result });
          tell({ result });
        }

        main();
        """;
}
