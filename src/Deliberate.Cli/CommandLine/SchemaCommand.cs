using System.CommandLine;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>The JSON schema of a kind of YAML file, for an editor that completes and checks by it.</summary>
/// <typeparam name="T">The record that such a file is read into.</typeparam>
internal sealed class SchemaCommand<T> : CliCommand
    where T : class
{
    private readonly Option<string?> _output = new("--output") { HelpName = "file", Description = "Where to write it; standard output if left out." };
    private readonly string _title;

    /// <param name="command">That it is a part of.</param>
    /// <param name="title">Of the schema.</param>
    /// <param name="of">What it is the schema of, for help.</param>
    /// <param name="file">The usual name of the file, before <c>.schema.json</c>.</param>
    /// <param name="tells">What a key's description tells: what it does, or says.</param>
    public SchemaCommand(string command, string title, string of, string file, string tells = "does")
        : base("schema", $"Print the JSON schema of {of}: every key with what it {tells}, its default and its range.", $"deliberate {command} schema", $"deliberate {command} schema --output {file}.schema.json   # then name it in the editor's yaml.schemas")
    {
        _title = title;
        Add(_output);
    }

    protected override int Run(ParseResult parsed)
    {
        var schema = RecipeSchema.Json<T>(_title);
        if (parsed.GetValue(_output) is { } file) AtomicFile.WriteText(file, schema);
        else Console.Out.Write(schema);
        return ExitCode.Success;
    }
}
