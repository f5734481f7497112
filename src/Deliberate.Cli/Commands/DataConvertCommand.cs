using System.CommandLine;
using System.Text;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>Writes conversations and problems of other forms in ours. Exit code 2 where an entry could not be converted; the others are written.</summary>
internal sealed class DataConvertCommand : CliCommand
{
    private readonly Argument<string> _input = new("INPUT") { Description = "JSON Lines, a JSON array, or an object with one list; of ShareGPT's form (conversations: from, value), Alpaca's (instruction, input, output), questions with answers (question, answer; SVAMP's Body, Question, Answer), or ours." };
    private readonly Argument<string> _output = new("OUTPUT") { Description = "JSON Lines to write: messages, prompt and completion, or prompt and answer." };
    private readonly Option<DataKind> _kind = ChoiceOption.Of<DataKind>("--kind", "What the entries become: examples to imitate (messages, or prompt and completion) or problems (prompt and answer); auto takes what their form is for.");
    private readonly Option<bool> _force = new("--force") { Description = "Replace an output that is there." };
    private readonly Option<bool> _json = CommonOptions.Json("what was converted");

    public DataConvertCommand()
        : base(
            "convert",
            "Write data of other forms as JSON Lines of ours: ShareGPT, Alpaca, questions with answers, JSON arrays. Exit code 2 where an entry cannot be.",
            "deliberate data convert alpaca.json examples.jsonl         # instruction, input, output: prompt and completion",
            "deliberate data convert sharegpt.jsonl chats.jsonl         # conversations: messages",
            "deliberate data convert gsm8k.jsonl problems.jsonl         # question, answer: prompt and answer",
            "deliberate data convert gsm8k.jsonl examples.jsonl --kind examples")
    {
        Add(_input);
        Add(_output);
        foreach (var option in new Option[] { _kind, _force, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var (input, output) = (parsed.GetRequiredValue(_input), parsed.GetRequiredValue(_output));
        if (Path.GetFullPath(input) == Path.GetFullPath(output)) throw new UserError("Input and output are the same file.", output, advice: "Name another output.");
        if (Directory.Exists(output)) throw new UserError("This is a folder, not a file.", output, advice: "Name a file in it.");
        if (File.Exists(output) && !parsed.GetValue(_force)) throw new UserError("The file exists.", output, advice: "Choose another output, or replace it with --force.");
        var conversion = DataConversion.Of(input, parsed.GetValue(_kind));
        if (conversion.Lines.Count == 0) throw conversion.Errors.Count > 0 ? conversion.Errors[0] : new UserError("The file is empty.", input);
        if (conversion.AreLines && conversion.Converted.Count == 0 && conversion.Failed == 0)
            throw new UserError("There is nothing to convert: all lines are in a form of ours.", input, advice: $"Look at it: deliberate data check {input}");
        AtomicFile.Write(output, stream =>
        {
            foreach (var line in conversion.Lines)
            {
                stream.Write(Encoding.UTF8.GetBytes(line));
                stream.WriteByte((byte)'\n');
            }
        });
        if (parsed.GetValue(_json)) WriteJson(conversion, output);
        else Write(conversion, output);
        return conversion.Failed == 0 ? ExitCode.Success : ExitCode.UserMistake;
    }

    private static void Write(DataConversion conversion, string output)
    {
        foreach (var (shape, count) in conversion.Converted)
            Console.Out.WriteLine($"converted      {count} of {shape} to {(conversion.Kind == DataKind.Problems ? "problems" : "examples")}");
        if (conversion.AsTheyWere > 0) Console.Out.WriteLine($"as they were   {conversion.AsTheyWere}, in a form of ours");
        foreach (var (field, count) in conversion.LeftOut) Console.Out.WriteLine($"left out       \"{field}\" of {count}, whose values mean something else here");
        if (conversion.Failed > 0) Console.Out.WriteLine($"not converted  {conversion.Failed}{(conversion.Failed > conversion.Errors.Count ? $", the first {conversion.Errors.Count} of them" : "")}:");
        foreach (var error in conversion.Errors) Console.Out.WriteLine("  " + error.Message.ReplaceLineEndings(" "));
        Console.Out.WriteLine($"{output}: {conversion.Lines.Count} line{(conversion.Lines.Count == 1 ? "" : "s")}. Look at it: deliberate data check {output}");
    }

    private static void WriteJson(DataConversion conversion, string output) => JsonOutput.Write(new
    {
        Input = conversion.File,
        Output = output,
        Kind = conversion.Converted.Count > 0 ? conversion.Kind : (DataKind?)null,
        Lines = conversion.Lines.Count,
        Converted = conversion.Converted.Select(c => new { Shape = c.Key, Count = c.Value }),
        conversion.AsTheyWere,
        LeftOut = conversion.LeftOut.Select(f => new { Field = f.Key, Count = f.Value }),
        NotConverted = conversion.Failed,
        Errors = conversion.Errors.Select(e => new { e.Line, e.Field, e.Message }),
    });
}
