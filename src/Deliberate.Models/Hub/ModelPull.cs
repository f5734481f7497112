using System.Text.RegularExpressions;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>Told of a download: the file, how much of it is here, and how much there is.</summary>
internal readonly record struct PullProgress(HubFile File, int Number, int Files, long Done);

/// <summary>
/// Gets a model from a hub into the cache that Python's library uses too: asks which files there are at the revision, downloads those
/// that a model needs and that are not here, and links them into a snapshot.
/// </summary>
internal sealed class ModelPull(HubSettings settings, HubConnection connection)
{
    private const int MostFiles = 10_000;

    /// <summary>What a model is made of: no pickles, no weights for other runtimes, no pictures.</summary>
    private static readonly string[] Needed =
        ["*.json", "*.safetensors", "*.jinja", "*.tiktoken", "tokenizer.model", "LICENSE*", "LICENCE*", "NOTICE*", "COPYING*", "USE_POLICY.md", "README.md", "additional_chat_templates/*.jinja"];

    /// <param name="patterns">Of the names of the files to get (* for any part of a name), in place of what a model needs; of several GGUF files one must be named.</param>
    /// <returns>The folder of the snapshot, which opens as a model.</returns>
    public async Task<string> Run(HubReference reference, IReadOnlyList<string> patterns, IProgress<PullProgress> progress, CancellationToken cancellation)
    {
        var cache = new HubCache(settings.Cache, reference);
        if (settings.IsOffline)
        {
            return cache.Find() ?? throw new UserError($"{reference} is not in the cache, and this is offline mode (HF_HUB_OFFLINE).", settings.Cache, advice: "Leave offline mode to download it.");
        }

        var snapshot = await List(reference, cancellation).ConfigureAwait(false);
        var files = Choose(reference, snapshot.Files, patterns);
        var missing = files.Where(f => !cache.Has(f)).ToArray();
        CheckRoom(missing.Sum(f => f.Size - (new FileInfo(cache.Partial(f)) is { Exists: true } begun ? Math.Min(begun.Length, f.Size) : 0)));
        var download = new HubDownload(connection, cache, reference, snapshot.Commit);
        for (var i = 0; i < files.Count; i++)
        {
            var (file, number) = (files[i], i + 1);
            if (!cache.Has(file)) await download.Run(file, new Telling(done => progress.Report(new PullProgress(file, number, files.Count, done))), cancellation).ConfigureAwait(false);
            progress.Report(new PullProgress(file, number, files.Count, file.Size));
            cache.Link(snapshot.Commit, file);
        }

        cache.SetRef(snapshot.Commit);
        return cache.Snapshot(snapshot.Commit);
    }

    /// <summary>The files of a repository at a revision.</summary>
    public async Task<HubSnapshot> List(HubReference reference, CancellationToken cancellation)
    {
        var answer = await connection.Json(
            HttpMethod.Get, $"api/models/{reference.Repository}/revision/{Uri.EscapeDataString(reference.Revision)}?blobs=true", $"model {reference}", null, cancellation).ConfigureAwait(false);
        var commit = answer["sha"].Text();
        if (!HubFile.IsHash(commit, 40)) throw answer["sha"].Error("is no commit.");
        var items = answer["siblings"].Items();
        if (items.Count > MostFiles) throw answer["siblings"].Error($"{items.Count} files are named; at most {MostFiles} are read.");
        return new HubSnapshot(commit, items.ConvertAll(item =>
        {
            var name = item["rfilename"].Text();
            HubFile.CheckName(name, connection.Endpoint.ToString());
            var (lfs, blob) = (item["lfs"].OptionalObject(), item["blobId"].OptionalText());
            var sha256 = lfs?["sha256"].OptionalText() ?? lfs?["oid"].OptionalText();
            if (sha256 is not null ? !HubFile.IsHash(sha256, 64) : !HubFile.IsHash(blob, 40)) throw item.Error("has no checksum, by which what comes could be known to be right.", "Is this a hub that speaks Hugging Face's protocol?");
            var size = (lfs?["size"] is { IsAbsent: false } said ? said : item["size"]).Number(0, long.MaxValue / 4);
            return new HubFile(name, (long)size, sha256, blob);
        }));
    }

    private static List<HubFile> Choose(HubReference reference, IReadOnlyList<HubFile> files, IReadOnlyList<string> patterns)
    {
        var chosen = files.Where(f => (patterns.Count > 0 ? patterns : Needed).Any(p => IsLike(f.Name, p))).ToList();
        if (patterns.Count > 0 && chosen.Count == 0)
            throw new UserError($"no file of {reference} is called {string.Join(" or ", patterns)}.", field: "--include", advice: $"There are {string.Join(", ", files.Select(f => f.Name).Take(30))}.");
        if (patterns.Count > 0 || chosen.Exists(f => f.Name.EndsWith(".safetensors", StringComparison.Ordinal))) return Once(chosen);
        var gguf = files.Where(f => f.Name.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase)).ToArray();
        if (gguf.Length == 1) return Once([.. chosen, gguf[0]]);
        throw gguf.Length > 1
            ? new UserError($"{reference} holds {gguf.Length} GGUF files.", field: "--include", advice: $"Name the one to get, for example --include {gguf[0].Name}. There are {string.Join(", ", gguf.Select(f => f.Name).Take(30))}.")
            : new UserError($"{reference} has no weights that open here: neither .safetensors nor .gguf files.", advice: $"There are {string.Join(", ", files.Select(f => f.Name).Take(30))}.");
    }

    /// <summary>On some systems two names that differ in case are one file.</summary>
    private static List<HubFile> Once(List<HubFile> files)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var file in files)
            if (!names.Add(file.Name)) throw new UserError($"the repository holds two files whose names differ in case only: {Excerpt.Of(file.Name, 100)}.", advice: "Name those to get with --include.");
        return files;
    }

    private static bool IsLike(string name, string pattern) =>
        Regex.IsMatch(name, $"^{Regex.Escape(pattern).Replace("\\*", "[^/]*", StringComparison.Ordinal)}$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);

    private void CheckRoom(long bytes)
    {
        Directory.CreateDirectory(settings.Cache);
        var free = new DriveInfo(Path.GetFullPath(settings.Cache)).AvailableFreeSpace;
        if (bytes > free) throw new UserError($"{Quantity.Bytes(bytes)} are to be downloaded, but only {Quantity.Bytes(free)} are free there.", settings.Cache, advice: "Free some space, or name another folder in HF_HUB_CACHE.");
    }

    private sealed class Telling(Action<long> tell) : IProgress<long>
    {
        public void Report(long value) => tell(value);
    }
}
