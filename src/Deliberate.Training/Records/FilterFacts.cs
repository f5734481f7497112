using System.Security.Cryptography;
using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>
/// What was left out of a data file before it was trained on, from the <c>FILE.filter.json</c> that <c>deliberate data filter</c> wrote beside it.
/// </summary>
/// <param name="File">The file that is trained on.</param>
/// <param name="Input">What it was made of.</param>
/// <param name="Lines">Of that.</param>
/// <param name="Kept">Of them.</param>
/// <param name="Dropped">The others, by reason.</param>
/// <param name="Checks">What was looked for, as it was asked for.</param>
internal sealed record FilterFacts(string File, string Input, long Lines, long Kept, IReadOnlyDictionary<string, long> Dropped, IReadOnlyList<string> Checks)
{
    /// <summary>Behind the name of the file that it tells of.</summary>
    public const string Suffix = ".filter.json";

    public const int NewestFormat = 1;

    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Those of the files that were filtered and are still what the filter wrote.</summary>
    /// <exception cref="UserError">What stands beside a file is damaged, or of a newer program.</exception>
    public static IReadOnlyList<FilterFacts> Of(IEnumerable<string> files)
    {
        List<FilterFacts> all = [];
        foreach (var file in files.Distinct(StringComparer.Ordinal))
        {
            var path = file + Suffix;
            if (!System.IO.File.Exists(path) || !System.IO.File.Exists(file)) continue;
            try
            {
                using var document = JsonDocument.Parse(Utf8Text.Read(path));
                RunFolder.CheckFormat(document.RootElement, path, NewestFormat);
                var told = document.Deserialize<Told>(s_json) ?? throw new UserError("the file is empty.", path);
                using var stream = System.IO.File.OpenRead(file);
                if (told.OutputSha256 == Convert.ToHexStringLower(SHA256.HashData(stream))) all.Add(new FilterFacts(file, told.Input, told.Lines, told.Kept, told.Dropped, told.Checks));
            }
            catch (Exception error) when (error is JsonException or InvalidOperationException)
            {
                throw new UserError($"the file does not tell of a filter: {error.Message}", path, advice: "Delete it: the run then says nothing of what was left out.", inner: error);
            }
        }

        return all;
    }

    private sealed record Told(string Input, string OutputSha256, long Lines, long Kept, Dictionary<string, long> Dropped, string[] Checks);
}
