using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// The cache of huggingface_hub for one repository: <c>models--OWNER--NAME</c> with <c>blobs/HASH</c> (each content once),
/// <c>snapshots/COMMIT/NAME</c> (links to blobs) and <c>refs/REVISION</c> (the commit that a branch or tag was last seen at). A download
/// under way is <c>blobs/HASH.incomplete</c>. Python's library goes on with what lies there, and the other way round.
/// </summary>
internal sealed class HubCache(string cache, HubReference reference)
{
    private const string Incomplete = ".incomplete";

    private readonly string _folder = Path.Combine(cache, $"models--{reference.Owner}--{reference.Name}");

    /// <summary>The snapshot that is here for a reference; null where it was never downloaded.</summary>
    public string? Find()
    {
        var commit = reference.IsCommit ? reference.Revision : Ref() is { } path && File.Exists(path) ? File.ReadAllText(path).Trim() : null;
        return commit is not null && HubFile.IsHash(commit, 40) && Snapshot(commit) is var found && Directory.Exists(found) ? found : null;
    }

    public string Snapshot(string commit) => Path.Combine(_folder, "snapshots", commit);

    public string Blob(HubFile file) => Path.Combine(_folder, "blobs", file.Blob);

    public string Partial(HubFile file) => Blob(file) + Incomplete;

    /// <summary>Of Python's library too: both take the system's lock on this file while they write a blob.</summary>
    public string Lock(HubFile file) => Path.Combine(cache, ".locks", Path.GetFileName(_folder), file.Blob + ".lock");

    /// <summary>Whether the whole content is here.</summary>
    public bool Has(HubFile file) => new FileInfo(Blob(file)) is { Exists: true } blob && blob.Length == file.Size;

    /// <summary>Lets a snapshot's file be a blob: a relative link, as the library makes them; a copy where the system has no links.</summary>
    public void Link(string commit, HubFile file)
    {
        var path = Path.Combine([Snapshot(commit), .. file.Name.Split('/')]);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var target = Path.GetRelativePath(Path.GetDirectoryName(path)!, Blob(file));
        if (new FileInfo(path).LinkTarget == target) return;
        File.Delete(path);
        try
        {
            File.CreateSymbolicLink(path, target);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or PlatformNotSupportedException && OperatingSystem.IsWindows())
        {
            File.Copy(Blob(file), path);
        }
    }

    /// <summary>Remembers which commit the reference means, once all of it is here.</summary>
    public void SetRef(string commit)
    {
        if (Ref() is { } path) AtomicFile.WriteText(path, commit);
    }

    private string? Ref() => reference.IsCommit ? null : Path.Combine([_folder, "refs", .. reference.Revision.Split('/')]);
}
