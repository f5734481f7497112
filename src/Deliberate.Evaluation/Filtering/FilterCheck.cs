namespace Deliberate.Evaluation;

/// <summary>What <see cref="DataFilter"/> looks for, in the order in which a line is looked at: the first that finds something names the reason.</summary>
internal enum FilterCheck
{
    /// <summary>Not JSON, or without a text. Always looked for.</summary>
    Malformed,

    /// <summary>Too few or too many characters.</summary>
    Length,

    /// <summary>Another language than those asked for.</summary>
    Language,

    /// <summary>The same text as an earlier line's, but for case and spaces.</summary>
    Duplicate,

    /// <summary>Nearly the same text: <see cref="NearDuplicates"/>.</summary>
    NearDuplicate,

    /// <summary>What tells of a person: <see cref="Evaluation.PersonalData"/>.</summary>
    PersonalData,

    /// <summary>A run of words of a test: <see cref="ContaminationIndex"/>.</summary>
    Contamination,

    /// <summary>A prompt that asks for harm: <see cref="HarmfulPrompts"/>.</summary>
    Harmful,
}

/// <summary>What a filter is asked for. Part of its result, and of what a stopped one must be gone on with.</summary>
internal sealed record FilterOptions
{
    public const int DefaultNgram = 13;

    /// <summary>Checks that are left out.</summary>
    public IReadOnlyList<FilterCheck> Without { get; init; } = [];

    /// <summary>Least characters of a line's text.</summary>
    public int Shortest { get; init; } = 1;

    /// <summary>Most characters; 0 for any number.</summary>
    public int Longest { get; init; }

    /// <summary>Codes of the languages that are kept; empty for all.</summary>
    public IReadOnlyList<string> Languages { get; init; } = [];

    /// <summary>Least estimated similarity of lines that are nearly the same.</summary>
    public double Similarity { get; init; } = 0.8;

    /// <summary>Words of a run that a line may not share with a test (GPT-3, arXiv 2005.14165, appendix C: 13).</summary>
    public int Ngram { get; init; } = DefaultNgram;

    /// <summary>Least probability of a harmful prompt.</summary>
    public double Harmful { get; init; } = 0.9;

    public bool Has(FilterCheck check) => !Without.Contains(check);
}
