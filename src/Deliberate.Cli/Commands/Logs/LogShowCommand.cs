using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>Shows records of a log: a line each, or whole by number or id, read without going through the others.</summary>
internal sealed class LogShowCommand : CliCommand
{
    private const int ShownIds = 60;

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonSerializerOptions Indented = new(Plain) { WriteIndented = true };

    private readonly Argument<string> _file = LogCommand.Argument();
    private readonly Option<string?> _id = new("--id") { HelpName = "id", Description = "The records of this id, whole." };
    private readonly Option<int?> _record = CommonOptions.OptionalWhole("--record", "The record of this number, whole; 0 is the head of the log.", 0);
    private readonly Option<string?> _kind = new("--kind") { HelpName = "kind", Description = "Only records of this kind, as sample or result." };
    private readonly Option<int> _count = CommonOptions.Whole("--count", "Records to list; 0 for all.", 20, 0);
    private readonly Option<bool> _json = new("--json") { Description = "Write the records to standard output as JSON Lines, as the log holds them." };

    public LogShowCommand()
        : base(
            "show",
            "Show records of a log: all in a line each, or one whole by its number or id.",
            "deliberate log show eval.log",
            "deliberate log show eval.log --id arithmetic@1/3.1000000042/0",
            "deliberate log show eval.log --kind sample --count 0 --json > samples.jsonl")
    {
        Add(_file);
        foreach (var option in new Option[] { _id, _record, _kind, _count, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var path = parsed.GetRequiredValue(_file);
        var (id, number, kind) = (parsed.GetValue(_id), parsed.GetValue(_record), parsed.GetValue(_kind));
        if (id is not null && number is not null) throw new UserError("A record is named by its number or by its id.", field: "--record, --id");
        using var log = LogReader.Open(path);
        IEnumerable<LogRecord> all = id is not null ? log.Find(id) : number is { } one ? [log.Read(one)] : log.Records();
        var found = kind is null ? all : all.Where(record => record.Kind == kind);
        var count = parsed.GetValue(_count);
        var (isWhole, shown) = (id is not null || number is not null, 0);
        foreach (var record in count > 0 ? found.Take(count) : found)
        {
            shown++;
            if (parsed.GetValue(_json)) Console.Out.WriteLine(JsonSerializer.Serialize(Json(record), Plain));
            else if (isWhole) Console.Out.WriteLine(JsonSerializer.Serialize(Json(record), Indented));
            else Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{record.Number,7}  {record.Kind,-10}  {Excerpt.Of(record.Id ?? "", ShownIds)}"));
        }

        if (shown == 0) throw new UserError(id is not null ? $"The log has no record of the id \"{id}\"{(kind is null ? "" : $" and the kind \"{kind}\"")}." : $"The log has no record of the kind \"{kind}\".", path, advice: Nearest(log, id, kind));
        if (!isWhole && !parsed.GetValue(_json)) Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{shown} shown of {log.Count} records. Hash {log.Hash}"));
        if (log.TornBytes > 0) Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"The last {log.TornBytes} bytes of the log are a part of a record: deliberate log verify {path} says more."));
        return ExitCode.Success;
    }

    private static Dictionary<string, object?> Json(LogRecord record)
    {
        var json = new Dictionary<string, object?> { ["number"] = record.Number, ["kind"] = record.Kind };
        if (record.Id is not null) json["id"] = record.Id;
        json["body"] = record.Body;
        return json;
    }

    /// <summary>Among the first records: a log may hold millions.</summary>
    private static string? Nearest(LogReader log, string? id, string? kind)
    {
        const int LookedAt = 2000;
        var first = log.Records().Take(LookedAt).ToArray();
        if (id is null) return NearestName.Suggest(kind!, [.. first.Select(record => record.Kind).Distinct()]);
        var ids = first.Select(record => record.Id).OfType<string>().Distinct().ToArray();
        return NearestName.Suggest(id, ids) ?? (ids.Length > 0 ? $"The first is \"{ids[0]}\"." : null);
    }
}
