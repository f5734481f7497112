using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Deliberate.Core;

namespace Deliberate.Server;

/// <summary>What is known of a model that was ever created here: <c>run.json</c> in its folder.</summary>
internal sealed record TinkerRun
{
    public int FormatVersion { get; init; } = 1;

    public required string Id { get; init; }

    /// <summary>The name of the key that created it.</summary>
    public required string Owner { get; init; }

    public required string BaseModel { get; init; }

    public required int Rank { get; init; }

    public bool TrainMlp { get; init; } = true;

    public bool TrainAttn { get; init; } = true;

    public required ulong Seed { get; init; }

    public required DateTimeOffset Created { get; init; }

    public JsonObject? UserMetadata { get; init; }
}

/// <summary>A checkpoint on disk.</summary>
/// <param name="Kind"><c>weights</c>, with all that training goes on with, or <c>sampler_weights</c>.</param>
internal sealed record TinkerCheckpoint(string ModelId, string Kind, string Name, string Folder, DateTimeOffset Time, long Bytes)
{
    /// <summary>As clients name it.</summary>
    public string Uri => $"{TinkerStore.Scheme}{ModelId}/{Kind}/{Name}";

    public JsonObject Json() => new()
    {
        ["checkpoint_id"] = $"{Kind}/{Name}",
        ["checkpoint_type"] = Kind == TinkerStore.Weights ? "training" : "sampler",
        ["time"] = Time.ToString("O", System.Globalization.CultureInfo.InvariantCulture),
        ["tinker_path"] = Uri,
        ["size_bytes"] = Bytes,
        ["public"] = false,
    };
}

/// <summary>The folder of models and their checkpoints: <c>MODEL/run.json</c>, <c>MODEL/weights/NAME</c>, <c>MODEL/sampler_weights/NAME</c>. Each is committed by one rename, so what is there is whole, whenever the server was killed.</summary>
internal sealed class TinkerStore(string folder)
{
    public const string Scheme = "tinker://", Weights = "weights", SamplerWeights = "sampler_weights";

    private const int LongestName = 128;

    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public string Folder { get; } = Path.GetFullPath(folder);

    public void Add(TinkerRun run)
    {
        Directory.CreateDirectory(Path.Combine(Folder, run.Id));
        AtomicFile.WriteJson(RunFile(run.Id), run, Options);
    }

    /// <summary>Null where there is none of this owner's.</summary>
    public TinkerRun? Find(string id, string owner)
    {
        if (!Identifiers.Are(id, "model") || !File.Exists(RunFile(id))) return null;
        var run = Read(RunFile(id));
        return run?.Owner == owner ? run : null;
    }

    /// <summary>All of an owner's, the newest first.</summary>
    public IReadOnlyList<TinkerRun> Runs(string owner) => !Directory.Exists(Folder) ? [] :
        [.. Directory.GetDirectories(Folder).Select(d => Find(Path.GetFileName(d), owner)).OfType<TinkerRun>().OrderByDescending(r => r.Created).ThenBy(r => r.Id, StringComparer.Ordinal)];

    /// <summary>Of a model, the newest first; what is only kept for a sampling session is not among them.</summary>
    public IReadOnlyList<TinkerCheckpoint> Checkpoints(string model) =>
    [
        .. from kind in new[] { Weights, SamplerWeights }
           let parent = Path.Combine(Folder, model, kind)
           where Directory.Exists(parent)
           from found in Directory.GetDirectories(parent)
           let name = Path.GetFileName(found)
           where IsName(name) && !name.StartsWith(Passing, StringComparison.Ordinal)
           let checkpoint = At(model, kind, name)
           where checkpoint is not null
           orderby checkpoint.Time descending, checkpoint.Name
           select checkpoint,
    ];

    /// <summary>Names of weights that were saved for one sampling session.</summary>
    public const string Passing = "session-";

    public string FolderOf(string model, string kind, string name) => Path.Combine(Folder, model, kind, name);

    /// <summary>Whether a text may name a checkpoint; names of folders that are still written may not.</summary>
    public static bool IsName(string name) => name.Length is > 0 and <= LongestName && name[0] != '.' && !AtomicFolder.IsPartial(name) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    /// <summary>Reads <c>tinker://MODEL/weights/NAME</c>; <c>tinker://MODEL/NAME</c> means weights for a sampler.</summary>
    /// <exception cref="ApiError">It is none, or nothing of this owner's is there.</exception>
    public TinkerCheckpoint Find(string uri, string owner, string field)
    {
        var parts = uri.StartsWith(Scheme, StringComparison.Ordinal) ? uri[Scheme.Length..].Split('/') : [];
        var (kind, name) = parts.Length == 3 ? (parts[1], parts[2]) : (SamplerWeights, parts.Length == 2 ? parts[1] : "");
        if (kind is not (Weights or SamplerWeights) || !IsName(name)) throw ApiError.Invalid($"'{field}' is \"{JsonFields.Short(uri)}\", and has to be {Scheme}MODEL/{Weights}/NAME or {Scheme}MODEL/{SamplerWeights}/NAME.", field);
        return (Find(parts[0], owner) is null ? null : At(parts[0], kind, name))
            ?? throw ApiError.NotFound($"There is no checkpoint \"{JsonFields.Short(uri)}\" of yours.", field, "checkpoint_not_found");
    }

    /// <exception cref="UserError">The system refuses.</exception>
    public static void Delete(TinkerCheckpoint checkpoint)
    {
        if (!AtomicFolder.TryDelete(checkpoint.Folder)) throw new UserError($"the checkpoint \"{checkpoint.Name}\" cannot be deleted.", checkpoint.Folder, advice: "See who owns the folder.");
    }

    /// <summary>Null where there is none, or where it is deleted or replaced while it is looked at.</summary>
    private TinkerCheckpoint? At(string model, string kind, string name)
    {
        try
        {
            var found = FolderOf(model, kind, name);
            var files = new DirectoryInfo(found).GetFiles("*", SearchOption.AllDirectories);
            return new TinkerCheckpoint(model, kind, name, found, files.Length == 0 ? default : new DateTimeOffset(files.Max(f => f.LastWriteTimeUtc), TimeSpan.Zero), files.Sum(f => f.Length));
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            return null;
        }
    }

    private string RunFile(string id) => Path.Combine(Folder, id, "run.json");

    private static TinkerRun? Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<TinkerRun>(File.ReadAllBytes(file), Options);
        }
        catch (Exception error) when (error is JsonException || Disk.IsRefusal(error))
        {
            Console.Error.WriteLine($"{file} cannot be read, and is passed over: {error.Message}");
            return null;
        }
    }
}
