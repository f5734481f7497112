using Deliberate.Reasoning;

namespace Deliberate.Safety;

/// <summary>What is shown to a judge.</summary>
/// <param name="Category">Of the request.</param>
/// <param name="Prompt">What was asked.</param>
/// <param name="Thought">Null where the judge does not see it, always in reinforcement learning.</param>
/// <param name="Answer">Outside of the thought.</param>
/// <param name="Side">What another reviewer thinks is due; null for nothing.</param>
/// <param name="Ideal">What the request's author says is due, for a judge that goes by that; null for every other.</param>
internal sealed record JudgedCase(string Category, string Prompt, string? Thought, string Answer, string? Side = null, ContentRule? Ideal = null)
{
    /// <summary>
    /// A case of reinforcement learning. The one way there: it takes what stands behind the sample's last thought and nothing else, so that
    /// no thought reaches the judge, whatever the sample wrote where.
    /// </summary>
    public static JudgedCase OfAnswer(string category, Sample sample, ContentRule? ideal = null)
    {
        var answer = Models.ThinkingSplit.Of(sample.Completion, sample.ThoughtOpenedBy).Answer ?? throw new ArgumentException("The thought is not closed: there is no answer to judge.", nameof(sample));
        return new JudgedCase(category, sample.Problem.Prompt, null, answer.Trim(), Ideal: ideal);
    }
}

/// <summary>How a judgement ended.</summary>
internal enum JudgementOutcome
{
    /// <summary>With grades.</summary>
    Judged,

    /// <summary>The judge declined, which the case provoked: the worst score.</summary>
    Refused,

    /// <summary>Nothing that can be read as grades, twice: the worst score.</summary>
    Nonsense,

    /// <summary>The judge itself failed, or did not answer in time: no score at all.</summary>
    Failed,
}

/// <summary>What a judge said of a case once.</summary>
internal sealed record Judgement(JudgementOutcome Outcome, JudgeGrades? Grades, string Reason)
{
    /// <summary>From 0 to 1; the worst where the case provoked a refusal or nonsense; null where the judge failed.</summary>
    public double? Score => Outcome switch { JudgementOutcome.Judged => Grades!.Score, JudgementOutcome.Failed => null, _ => 0 };

    /// <summary>The least of several judgements of one case: a refusal or nonsense before any grades; a failure only where nothing else is there.</summary>
    public static Judgement Least(IEnumerable<Judgement> judgements) => judgements.OrderBy(j => j.Outcome switch { JudgementOutcome.Refused or JudgementOutcome.Nonsense => 0, JudgementOutcome.Judged => 1, _ => 2 }).ThenBy(j => j.Score ?? 0).First();
}

/// <summary>Reads a specification and grades cases by it.</summary>
internal interface IPolicyJudge : IDisposable
{
    /// <summary>Which judge it is, to the last weight or word: judgements of another are not taken for its own.</summary>
    string Identity { get; }

    /// <param name="cases">With the number of the judgement: another number is another opinion.</param>
    /// <param name="cancellation">Where the run stops.</param>
    /// <returns>One judgement a case, in their order.</returns>
    Task<IReadOnlyList<Judgement>> JudgeAsync(IReadOnlyList<(JudgedCase Case, int Number)> cases, CancellationToken cancellation);
}
