using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>
/// A log of Inspect (UK AI Security Institute; versions 1 and 2 of its <c>EvalLog</c>), as one JSON document or as an <c>.eval</c>
/// archive, whose members are the header, a sample each, and summaries. One of a program that was killed has no header: then its
/// journal says how it began.
/// </summary>
internal sealed class InspectLog : IDisposable
{
    public const int NewestVersion = 2;

    private const string HeaderMember = "header.json", StartMember = "_journal/start.json", ReductionsMember = "reductions.json", SamplesFolder = "samples/";

    /// <summary>A document is held in memory whole; an archive is read a sample at a time.</summary>
    private const long LargestDocument = 1L << 30;

    private readonly string _path;
    private readonly ZipReader? _archive;
    private readonly JsonElement _document;

    private InspectLog(string path, ZipReader? archive, JsonElement document, JsonElement header)
    {
        (_path, _archive, _document, Header) = (path, archive, document, header);
        var version = header.Whole("version");
        if (version > NewestVersion) throw new UserError($"The log has version {version} of Inspect's format, and this program reads up to {NewestVersion}.", path, advice: "A newer deliberate reads it; or have Inspect write it anew: inspect log convert.");
        if (header.Inner("eval") is not { ValueKind: JsonValueKind.Object }) throw new UserError("This is no log of Inspect: it does not say what was evaluated (eval).", path);
    }

    /// <summary>The log without its samples.</summary>
    public JsonElement Header { get; }

    /// <summary>What was evaluated, of whom, how.</summary>
    public JsonElement Eval => Header.Inner("eval")!.Value;

    /// <summary>started, success, cancelled or error.</summary>
    public string Status => Header.TextOrNull("status") ?? "started";

    public string Task => Eval.Text("task");

    public string Model => Eval.Text("model");

    /// <summary>Scores after epochs were put together; null where the log has none.</summary>
    public JsonElement? Reductions => Header.Inner("reductions") ?? (_archive?.Find(ReductionsMember) is { } member ? Parse(_archive, member, _path) : null);

    /// <summary>What the first file of the archive, or the document, begins with.</summary>
    public static InspectLog Open(string path)
    {
        if (Directory.Exists(path)) throw new UserError("This is a folder, not a log.", path);
        if (!File.Exists(path)) throw new UserError("There is no such file.", path, advice: Nearest(path));
        if (IsArchive(path)) return OpenArchive(path);
        try
        {
            var length = new FileInfo(path).Length;
            if (length > LargestDocument) throw new UserError($"The log is one JSON document of {Quantity.Bytes(length)}, and at most {Quantity.Bytes(LargestDocument)} are read.", path, advice: "Have Inspect write it as an archive, which is read a sample at a time: inspect log convert --to eval.");
            var document = PythonJson.Parse(File.ReadAllBytes(path), path);
            if (document.ValueKind != JsonValueKind.Object) throw new UserError("This is no log of Inspect: it is not a JSON object.", path);
            return new InspectLog(path, null, document, document);
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            throw Disk.CannotRead(path, error);
        }
    }

    /// <summary>Every sample, in the order of the file.</summary>
    public IEnumerable<JsonElement> Samples()
    {
        if (_archive is null)
        {
            foreach (var sample in _document.Items("samples")) yield return Checked(sample, "samples");
            yield break;
        }

        foreach (var member in _archive.Members)
            if (member.Name.StartsWith(SamplesFolder, StringComparison.Ordinal) && member.Name.EndsWith(".json", StringComparison.Ordinal)) yield return Checked(Parse(_archive, member, _path), member.Name);
    }

    public void Dispose() => _archive?.Dispose();

    public static bool IsArchive(string path)
    {
        try
        {
            Span<byte> start = stackalloc byte[4];
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start[..2].SequenceEqual("PK"u8);
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            throw Disk.CannotRead(path, error);
        }
    }

    private static InspectLog OpenArchive(string path)
    {
        var archive = ZipReader.Open(path);
        try
        {
            var header = archive.Find(HeaderMember) ?? archive.Find(StartMember) ?? throw new UserError("This is no log of Inspect: the archive has neither header.json nor _journal/start.json.", path);
            return new InspectLog(path, archive, default, Parse(archive, header, path));
        }
        catch
        {
            archive.Dispose();
            throw;
        }
    }

    private static JsonElement Parse(ZipReader archive, ZipMember member, string path) => PythonJson.Parse(archive.Read(member), path, member.Name);

    private JsonElement Checked(JsonElement sample, string where)
    {
        if (sample.ValueKind != JsonValueKind.Object || !sample.TryGetProperty("id", out _)) throw new UserError("A sample is no object with an id.", _path, field: where);
        return sample;
    }

    private static string? Nearest(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        return Directory.Exists(folder) ? NearestName.Suggest(Path.GetFileName(path), [.. Directory.EnumerateFiles(folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal).Take(200)]) : null;
    }
}
