namespace Deliberate.Safety;

/// <summary>
/// Tells a user what a model thought about, in place of the thought itself. A summary repeats no run of
/// <see cref="Regurgitation.Limit"/> words of the thought, and is meant to say nothing that the answer withholds; whether it keeps to
/// that is measured (<c>deliberate monitor summarise</c>). Called from several threads at once.
/// </summary>
public interface IThoughtSummarizer
{
    /// <summary>For messages and records.</summary>
    string Name { get; }

    /// <param name="thought">Finished, or as far as it has come.</param>
    /// <param name="detail">How much is told.</param>
    /// <param name="cancellationToken">Ends the work; nothing else makes it throw because of what a model wrote.</param>
    ValueTask<ThoughtSummary> SummarizeAsync(ThoughtToSummarize thought, SummaryDetail detail, CancellationToken cancellationToken);
}

/// <summary>How much a summary tells; the words are those of OpenAI's API.</summary>
public enum SummaryDetail
{
    /// <summary>Concise for a short thought, detailed for one of more than some two hundred words.</summary>
    Auto,

    /// <summary>A sentence or two.</summary>
    Concise,

    /// <summary>A line for each part of the thought.</summary>
    Detailed,
}

/// <summary>What is summarised.</summary>
/// <param name="Thought">Without its tags; it may be empty.</param>
/// <param name="Question">What was asked, as far as the user knows it; empty where that is not known.</param>
/// <param name="Answer">What the user is told; empty where it is still to come.</param>
public sealed record ThoughtToSummarize(string Thought, string Question = "", string Answer = "");

/// <summary>A summary and how it came about.</summary>
/// <param name="Text">Empty where there was no thought.</param>
/// <param name="Detail">As it was told: concise or detailed.</param>
/// <param name="By">Who wrote it.</param>
/// <param name="Note">Why it is by another than was asked; empty where it is not.</param>
public sealed record ThoughtSummary(string Text, SummaryDetail Detail, string By, string Note = "");
