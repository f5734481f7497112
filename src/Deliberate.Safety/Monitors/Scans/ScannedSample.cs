using System.Security.Cryptography;
using System.Text;
using Deliberate.Reasoning;

namespace Deliberate.Safety;

/// <summary>A stored sample whose thought is to be read.</summary>
/// <param name="Source">The log or run that it is from, as the user named it.</param>
/// <param name="Id">Names it there.</param>
/// <param name="Group">What rates are told of one by one: a task and model, a third of a run's steps.</param>
/// <param name="Cluster">What hangs together: samples of one problem.</param>
/// <param name="Sample">What was asked, thought and answered.</param>
internal sealed record ScannedSample(string Source, string Id, string Group, string Cluster, Sample Sample)
{
    private const int HashBytes = 6;

    /// <summary>
    /// Of its record, which one log may hold beside those of other sources: with the beginning of the completion's SHA-256, for a run that is
    /// made anew under the same name has samples of the same ids, and what was said of one is nothing to the other.
    /// </summary>
    public string Key => KeyOf($"{Source}#{Id}", Sample.Completion);

    /// <summary>The key of a record, which one of before has without the completion's hash.</summary>
    public static string KeyOf(string id, string completion)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(completion)).AsSpan(0, HashBytes));
        return id.EndsWith($"#{hash}", StringComparison.Ordinal) ? id : $"{id}#{hash}";
    }
}
