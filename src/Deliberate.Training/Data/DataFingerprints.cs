using System.Security.Cryptography;
using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>
/// <c>data.json</c> in a run's folder: size and SHA-256 of every file of the user's that the run reads. A run goes on only with the
/// same files, or it would not be the run that was begun.
/// </summary>
internal static class DataFingerprints
{
    public const string FileName = "data.json";

    /// <param name="folder">The run's.</param>
    /// <param name="files">What it reads.</param>
    /// <exception cref="UserError">A file is not what it was when the run began.</exception>
    public static void Check(string folder, IReadOnlyList<string> files)
    {
        if (files.Count == 0) return;
        var path = Path.Combine(folder, FileName);
        var now = files.ToDictionary(f => f, Of, StringComparer.Ordinal);
        if (!File.Exists(path))
        {
            AtomicFile.WriteJson(path, now);
            return;
        }

        Dictionary<string, Fingerprint> then;
        try
        {
            then = JsonSerializer.Deserialize<Dictionary<string, Fingerprint>>(Utf8Text.Read(path).Span, JsonSerializerOptions.Web) ?? [];
        }
        catch (JsonException error)
        {
            throw new UserError($"The file is damaged: {error.Message}", path, advice: "Delete it to go on with the data as it is.", inner: error);
        }

        foreach (var (file, print) in now)
        {
            if (then.TryGetValue(file, out var known) && known.Sha256 != print.Sha256)
                throw new UserError($"The file has changed since the run began: it had {known.Bytes} bytes, and has {print.Bytes}.", file, advice: $"Restore it, or begin another run; to go on all the same, delete {path}.");
        }
    }

    private static Fingerprint Of(string path)
    {
        if (!File.Exists(path)) throw new UserError("There is no such file.", path, advice: Nearest(path));
        try
        {
            using var stream = File.OpenRead(path);
            return new Fingerprint(stream.Length, Convert.ToHexStringLower(SHA256.HashData(stream)));
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            throw Disk.CannotRead(path, error);
        }
    }

    private static string? Nearest(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        var nearest = Directory.Exists(folder) ? NearestName.Find(Path.GetFileName(path), Directory.GetFiles(folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)) : null;
        return nearest is null ? null : $"Did you mean \"{nearest}\"?";
    }

    internal sealed record Fingerprint(long Bytes, string Sha256);
}
