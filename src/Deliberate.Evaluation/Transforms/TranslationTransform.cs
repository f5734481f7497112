using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Evaluation;

/// <summary>
/// The hook for translation into languages with little training data (Yong et al. 2023, arXiv 2310.02446): a file of translations, made
/// by whatever translates, so that what was asked stays on record and is the same for every model. A line holds <c>prompt</c>,
/// <c>language</c> and <c>translation</c>. A request that the file lacks is an error, not a request in English.
/// </summary>
internal sealed class TranslationTransform : IPromptTransform
{
    /// <summary>Before the language, as in <c>translate:zu</c>.</summary>
    public const string Prefix = "translate:";

    private readonly string _file, _language;
    private readonly Dictionary<string, string> _there = new(StringComparer.Ordinal), _back = new(StringComparer.Ordinal);

    /// <param name="language">The code that the file's lines have.</param>
    /// <param name="file">JSON Lines.</param>
    public TranslationTransform(string language, string file)
    {
        (_language, _file) = (language, file);
        var languages = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var line in JsonLines.Read(file))
        {
            var (prompt, said, translation) = (line.GetString("prompt"), line.GetString("language"), line.GetString("translation"));
            languages.Add(said);
            if (said != language) continue;
            if (string.IsNullOrWhiteSpace(translation)) throw line.Error("The text is empty.", "translation");
            if (!_there.TryAdd(Key(prompt), translation)) throw line.Error($"There is a translation into {language} of this prompt already.", "prompt");
            _back.TryAdd(translation, prompt);
        }

        if (_there.Count == 0) throw new UserError($"The file has no translation into \"{language}\".", file, field: "language", advice: NearestName.Suggest(language, languages));
    }

    public string Name => Prefix + _language;

    public string About => "the request in another language, from a file of translations";

    public TransformKind Kind => TransformKind.Rewording;

    public string Source => "arXiv 2310.02446";

    public IReadOnlyList<ChatMessage> Apply(string request, ref RandomStream random) => _there.TryGetValue(Key(request), out var translation)
        ? [new("user", translation)]
        : throw new UserError($"No line translates this prompt into {_language}: {Excerpt.Of(request, 80)}", _file, advice: "Add it: {\"prompt\": ..., \"language\": ..., \"translation\": ...}.");

    public string? Recover(IReadOnlyList<ChatMessage> turns) => _back.GetValueOrDefault(turns[^1].Content);

    private static string Key(string prompt) => string.Join(' ', prompt.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
