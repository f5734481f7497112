using Deliberate.Training;

namespace Deliberate.Server;

/// <summary>A row of the list: a folder, and what is known of it.</summary>
/// <param name="Name">Below the folder of runs, with slashes.</param>
/// <param name="Folder">Its path.</param>
/// <param name="Overview">Null while it is read, and of what is no run.</param>
/// <param name="Reason">Why it is no run, or cannot be read.</param>
internal sealed record RunEntry(string Name, string Folder, RunOverview? Overview, string? Reason)
{
    /// <summary>Of its page.</summary>
    public string Url => RunUrl.Of(Name);
}
