using System.Security.Cryptography;
using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>
/// Finds a file of public data for a task: below the user's folder (<c>--data</c>), or in the cache, where it is fetched from its
/// source at first use. What is fetched is pinned by its hash in a lock file and must be the same ever after; what the user has is taken
/// as it is. Either way the hash of what was read goes into the result.
/// </summary>
internal static class TaskData
{
    private const int MostBytes = 1 << 28;

    /// <summary>Fetching and pinning take turns: tasks that load at a time may want the same file.</summary>
    private static readonly SemaphoreSlim Turn = new(1, 1);

    /// <summary>The items of a file, in an order drawn by the context's seed, so that the first of them are spread over all.</summary>
    public static async IAsyncEnumerable<EvaluationItem> Read(TaskContext context, DataSet set, string file, Func<string, IEnumerable<EvaluationItem>> items, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var path = await PathOf(context, set, file, cancellation).ConfigureAwait(false);
        foreach (var item in ItemOrder.Drawn(items(path), context.Seed)) yield return item;
    }

    /// <summary>The same of several files.</summary>
    public static async IAsyncEnumerable<EvaluationItem> Read(TaskContext context, DataSet set, IEnumerable<string> files, Func<string, IEnumerable<EvaluationItem>> items, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var paths = new List<string>();
        foreach (var file in files) paths.Add(await PathOf(context, set, file, cancellation).ConfigureAwait(false));
        foreach (var item in ItemOrder.Drawn(paths.SelectMany(items), context.Seed)) yield return item;
    }

    /// <summary>Whether the user's folder has the file.</summary>
    public static bool IsLocal(TaskContext context, DataSet set, string file) => context.DataFolder is { } folder && Local(folder, set, file) is not null;

    /// <exception cref="UserError">It is not where the user says, cannot be fetched, or is not what was pinned.</exception>
    public static async Task<string> PathOf(TaskContext context, DataSet set, string file, CancellationToken cancellation)
    {
        var name = $"{set.Name}/{file}";
        if (context.DataFolder is { } folder)
        {
            if (!Directory.Exists(folder)) throw new UserError("There is no such folder.", folder, field: "data");
            var path = Local(folder, set, file) ?? throw new UserError($"The folder has no {name}.", folder, field: "data", advice: set.File(file).Address is { } from ? $"{set.Title} ({set.Licence}): get it from {from}, or leave out --data to have it fetched." : Own(set));
            context.Used(await Hashed(name, path, cancellation).ConfigureAwait(false));
            return path;
        }

        var address = set.File(file).Address ?? throw new UserError($"{name} is not fetched: its licence or size leaves that to you.", field: "data", advice: Own(set));
        var cache = context.CacheFolder ?? DefaultCache;
        var cached = Path.Combine(cache, set.Name, file);
        await Turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (!File.Exists(cached))
            {
                context.Notice($"fetching {name}: {set.Title}, {set.Licence}, from {address}");
                await Fetch(context, address, cached, cancellation).ConfigureAwait(false);
            }

            var used = await Hashed(name, cached, cancellation).ConfigureAwait(false);
            DataLock.Check(context.LockFile ?? Path.Combine(cache, DataLock.FileName), used, address, cached);
            context.Used(used);
            return cached;
        }
        finally
        {
            Turn.Release();
        }
    }

    private static string DefaultCache => Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "deliberate", "data");

    private static string Own(DataSet set) => $"{set.Title} ({set.Licence}) is described at {set.Home}; docs/suites.md says which lines the file holds. Put it below the folder that --data names.";

    /// <summary>Below the folder, or in it where it is the set's own.</summary>
    private static string? Local(string folder, DataSet set, string file)
    {
        string[] places = [Path.Combine(folder, set.Name, file), Path.Combine(folder, file)];
        return Path.GetFileName(Path.GetFullPath(folder).TrimEnd(Path.DirectorySeparatorChar)) == set.Name ? places.FirstOrDefault(File.Exists) : File.Exists(places[0]) ? places[0] : null;
    }

    private static async Task Fetch(TaskContext context, Uri address, string to, CancellationToken cancellation)
    {
        if (context.Http is not { } http) throw new UserError($"{address} would have to be fetched, and nothing may be here.", to, advice: "Put the file there, or name a folder that has it with --data.");
        try
        {
            using var client = http.PublicFiles(address, MostBytes);
            using var response = await client.GetAsync(address, cancellation).ConfigureAwait(false);
            if (await ProviderFailure.Of(address.Host, response, cancellation).ConfigureAwait(false) is { } refused) throw refused;
            var bytes = await response.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false);
            AtomicFile.Write(to, stream => stream.Write(bytes));
        }
        catch (ProviderFailure failure)
        {
            throw new UserError($"The data could not be fetched from {address}: {failure.Message}", to, advice: $"{failure.Advice} Or name a folder that has it with --data.", inner: failure);
        }
        catch (HttpRequestException failure)
        {
            throw new UserError($"The data could not be fetched from {address}: {failure.Message}", to, advice: "Try again, or name a folder that has it with --data.", inner: failure);
        }
    }

    private static async Task<UsedData> Hashed(string name, string path, CancellationToken cancellation)
    {
        using var stream = File.OpenRead(path);
        var hash = await SHA256.HashDataAsync(stream, cancellation).ConfigureAwait(false);
        return new(name, Convert.ToHexStringLower(hash), stream.Length);
    }
}
