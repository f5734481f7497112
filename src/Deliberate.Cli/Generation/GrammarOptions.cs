using System.CommandLine;
using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Cli;

/// <summary>The options that say what answers must look like.</summary>
internal sealed class GrammarOptions
{
    private const int Largest = 4 << 20;

    private readonly Option<string?> _schema = new("--json-schema") { HelpName = "file", Description = "Answers are JSON that the schema in this file accepts; \"object\" instead of a file for any JSON object." };
    private readonly Option<string?> _regex = new("--regex") { HelpName = "expression", Description = "Answers match this regular expression as a whole." };
    private readonly Option<string?> _grammar = new("--grammar") { HelpName = "file", Description = "Answers are texts of the grammar in this file (GBNF, from its rule root)." };

    public IEnumerable<Option> All => [_schema, _regex, _grammar];

    /// <summary>Null where none is given.</summary>
    public OutputGrammar? Read(ParseResult parsed)
    {
        var (schema, regex, grammar) = (parsed.GetValue(_schema), parsed.GetValue(_regex), parsed.GetValue(_grammar));
        if (new[] { schema, regex, grammar }.Count(g => g is not null) > 1) throw new UserError("an answer has one form.", field: "--json-schema", advice: "Give one of --json-schema, --regex and --grammar.");
        if (schema == "object") return OutputGrammar.JsonObject;
        if (schema is not null) return InFile(schema, OutputGrammar.FromJsonSchema);
        if (grammar is not null) return InFile(grammar, OutputGrammar.FromGrammar);
        if (regex is null) return null;
        try
        {
            return OutputGrammar.FromRegex(regex);
        }
        catch (UserError problem)
        {
            throw new UserError(problem.Problem, field: "--regex", advice: problem.Advice, inner: problem);
        }
    }

    private static OutputGrammar InFile(string path, Func<string, OutputGrammar> make)
    {
        try
        {
            return make(Utf8Text.Decode(ModelFolder.ReadSmall(path, Largest), path));
        }
        catch (UserError problem) when (problem.File is null)
        {
            throw new UserError(problem.Problem, path, problem.Line, problem.Column, problem.Field, problem.Advice, problem);
        }
    }
}
