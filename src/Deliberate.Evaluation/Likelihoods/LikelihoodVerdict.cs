using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>
/// What log-probabilities come to, by lm-evaluation-harness's definitions (lm_eval/api/task.py, process_results). Of choices: right where the
/// likeliest is; <c>acc_norm</c> where the log-probability per character of the choice is the largest, <c>acc_bytes</c> per byte of it in UTF-8,
/// both without the delimiter; <c>acc_mutual_info</c> where what the prompt adds to it is; <c>exact_match</c> where the model would say the right
/// one; <c>brier_score</c> Σ (p − right)², p over the choices. Of equals the first is taken.
/// </summary>
internal static partial class LikelihoodVerdict
{
    public const string Accuracy = "acc", ByCharacters = "acc_norm", ByBytes = "acc_bytes", ByInformation = "acc_mutual_info", Exact = "exact_match", Brier = "brier_score";

    /// <summary>Scores of a text or an answer: nats in all, and what they are divided by.</summary>
    public const string Nats = "nats", Tokens = "tokens", Words = "words", Bytes = "bytes";

    /// <param name="choices">Without the delimiter.</param>
    /// <param name="right">Which is right.</param>
    /// <param name="scores">Of each behind the prompt.</param>
    /// <param name="alone">Of each without it; null where that was not measured.</param>
    public static Verdict OfChoices(IReadOnlyList<string> choices, int right, IReadOnlyList<ContinuationScore> scores, IReadOnlyList<ContinuationScore>? alone)
    {
        double[] logs = [.. scores.Select(s => s.LogProbability)];
        var likeliest = Largest(logs);
        var (most, sum) = (logs[likeliest], logs.Sum(l => Math.Exp(l - logs[likeliest])));
        List<Score> found =
        [
            Of(Accuracy, likeliest == right),
            Of(ByCharacters, Largest([.. logs.Select((l, i) => l / Math.Max(1, choices[i].EnumerateRunes().Count()))]) == right),
            Of(ByBytes, Largest([.. logs.Select((l, i) => l / Math.Max(1, Encoding.UTF8.GetByteCount(choices[i])))]) == right),
            Of(Exact, scores[right].IsGreedy),
            new(Brier, logs.Select((l, i) => Math.Pow((Math.Exp(l - most) / sum) - (i == right ? 1 : 0), 2)).Sum(), ""),
        ];
        if (alone is not null) found.Add(Of(ByInformation, Largest([.. logs.Select((l, i) => l - alone[i].LogProbability)]) == right));
        found.AddRange(logs.Select((l, i) => new Score($"logp.{NameOf(i)}", l, "")));
        var said = string.Create(CultureInfo.InvariantCulture, $"{NameOf(likeliest)} is the likeliest: log p {string.Join(", ", logs.Select((l, i) => string.Create(CultureInfo.InvariantCulture, $"{NameOf(i)} {l:0.###}")))}");
        return (likeliest == right ? Verdict.Pass(1, said) : Verdict.Fail(said)) with { Scores = found };
    }

    public static Verdict OfAnswer(ContinuationScore score)
    {
        var said = string.Create(CultureInfo.InvariantCulture, $"log p {score.LogProbability:0.###} of {score.Tokens} tokens, {(score.IsGreedy ? "each the likeliest" : "not each the likeliest")}");
        return (score.IsGreedy ? Verdict.Pass(1, said) : Verdict.Fail(said)) with { Scores = [Of(Accuracy, score.IsGreedy), new(Nats, -score.LogProbability, ""), new(Tokens, score.Tokens, "")] };
    }

    /// <summary>A text is neither right nor wrong: that it was measured passes.</summary>
    public static Verdict OfText(string text, ContinuationScore score)
    {
        var (bytes, words) = (Encoding.UTF8.GetByteCount(text), WordsOf(text));
        if (score.Tokens == 0) return Verdict.Unscored("the text is empty");
        return Verdict.Pass(1, string.Create(CultureInfo.InvariantCulture, $"measured: {-score.LogProbability / bytes / Math.Log(2):0.####} bits a byte")) with
        {
            Scores = [new(Nats, -score.LogProbability, ""), new(Tokens, score.Tokens, ""), new(Words, words, ""), new(Bytes, bytes, "")],
        };
    }

    /// <summary>The place of the largest value, of equals the first.</summary>
    public static int Largest(ReadOnlySpan<double> values)
    {
        var best = 0;
        for (var i = 1; i < values.Length; i++)
            if (values[i] > values[best]) best = i;
        return best;
    }

    /// <summary>As Python's <c>len(re.split(r"\s+", text))</c> counts: spaces at an end make an empty word more.</summary>
    internal static int WordsOf(string text) => Spaces().Count(text) + 1;

    private static string NameOf(int choice) => choice < 26 ? ((char)('A' + choice)).ToString() : (choice + 1).ToString(CultureInfo.InvariantCulture);

    private static Score Of(string name, bool holds) => new(name, holds ? 1 : 0, "");

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Spaces();
}
