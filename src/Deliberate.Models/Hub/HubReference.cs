using System.Text.RegularExpressions;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>A model of a hub, as users write it: <c>hf:OWNER/NAME</c>, <c>hf:OWNER/NAME@REVISION</c> for a branch, a tag or a commit.</summary>
internal sealed partial record HubReference(string Owner, string Name, string Revision)
{
    public const string Prefix = "hf:";
    public const string DefaultRevision = "main";

    public string Repository => $"{Owner}/{Name}";

    /// <summary>Whether the revision is a commit, which never changes.</summary>
    public bool IsCommit => Revision.Length == 40 && Revision.All(char.IsAsciiHexDigitLower);

    public static bool Is(string text) => text.StartsWith(Prefix, StringComparison.Ordinal);

    public static HubReference Parse(string text)
    {
        if (Pattern().Match(text) is { Success: true } match && !text.Contains("..", StringComparison.Ordinal) && !text.Contains("--", StringComparison.Ordinal))
            return new HubReference(match.Groups["owner"].Value, match.Groups["name"].Value, match.Groups["revision"] is { Success: true } given ? given.Value : DefaultRevision);
        throw new UserError($"\"{Excerpt.Of(text, 200)}\" names no model of a hub.", advice: "Write it as hf:OWNER/NAME or hf:OWNER/NAME@REVISION, for example hf:HuggingFaceTB/SmolLM2-135M-Instruct.");
    }

    public override string ToString() => $"{Prefix}{Repository}{(Revision == DefaultRevision ? "" : $"@{Revision}")}";

    [GeneratedRegex(@"^hf:(?<owner>[A-Za-z0-9][\w.-]{0,95})/(?<name>[A-Za-z0-9][\w.-]{0,95})(@(?<revision>[A-Za-z0-9][\w./-]{0,199}))?\z", RegexOptions.CultureInvariant | RegexOptions.ECMAScript, 1000)]
    private static partial Regex Pattern();
}
