using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// The hash of a model's weights, kept apart from the model: a small file in the user's cache folder, named by the paths of the
/// weights' files, which holds for as long as their sizes and times are the same. Whatever is wrong with the cache, the hash is
/// computed again.
/// </summary>
internal sealed class IdentityCache
{
    private const int FormatVersion = 1;

    private static readonly JsonSerializerOptions s_options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    private readonly string? _path;
    private readonly FileState[] _files;

    private IdentityCache(string? path, FileState[] files) => (_path, _files) = (path, files);

    public static IdentityCache For(IReadOnlyList<string> files)
    {
        var states = files.Select(Path.GetFullPath).Order(StringComparer.Ordinal).Select(FileState.Of).ToArray();
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', states.Select(s => s.Path)))));
        return new IdentityCache(Folder() is { } folder ? Path.Combine(folder, "identity", $"{name[..32]}.json") : null, states);
    }

    /// <summary>Null where it is not known.</summary>
    public string? Read()
    {
        try
        {
            if (_path is null || !File.Exists(_path)) return null;
            var entry = JsonSerializer.Deserialize<Entry>(File.ReadAllBytes(_path), s_options);
            return entry is { FormatVersion: FormatVersion } && entry.Files.SequenceEqual(_files) ? entry.Weights : null;
        }
        catch (Exception error) when (error is JsonException || Disk.IsRefusal(error))
        {
            return null;
        }
    }

    public void Write(string weights)
    {
        if (_path is null) return;
        try
        {
            AtomicFile.WriteJson(_path, new Entry(FormatVersion, weights, _files), s_options);
        }
        catch (UserError)
        {
            // Nothing but time is lost.
        }
    }

    /// <summary>The user's cache folder; null where there is none to be had.</summary>
    public static string? Folder()
    {
        if (Environment.GetEnvironmentVariable("DELIBERATE_CACHE") is { Length: > 0 } own) return own;
        if (Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } shared && Path.IsPathRooted(shared)) return Path.Combine(shared, "deliberate");
        if (OperatingSystem.IsWindows()) return Under(Environment.SpecialFolder.LocalApplicationData, "deliberate");
        return OperatingSystem.IsMacOS() ? Under(Environment.SpecialFolder.UserProfile, "Library", "Caches", "deliberate") : Under(Environment.SpecialFolder.UserProfile, ".cache", "deliberate");

        static string? Under(Environment.SpecialFolder folder, params string[] parts) => Environment.GetFolderPath(folder) is { Length: > 0 } path ? Path.Combine([path, .. parts]) : null;
    }

    /// <param name="Modified">UTC, in ticks of 100 ns.</param>
    private sealed record FileState(string Path, long Bytes, long Modified)
    {
        public static FileState Of(string path)
        {
            try
            {
                var file = new FileInfo(path);
                return new FileState(path, file.Length, file.LastWriteTimeUtc.Ticks);
            }
            catch (Exception error) when (Disk.IsRefusal(error))
            {
                throw Disk.CannotRead(path, error);
            }
        }
    }

    private sealed record Entry(int FormatVersion, string Weights, IReadOnlyList<FileState> Files);
}
